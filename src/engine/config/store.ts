import * as z from "zod";
import { hostShape } from "./address.ts";
import { setting } from "./setting.ts";

/** Where lessons are kept, and how the PostgreSQL server is reached. */
export const storeSettings = {
  "store.kind": setting(
    () => z.enum(["embedded", "postgres"]),
    "embedded",
    "embedded or postgres",
    "Where lessons are kept: one file in the home, or a PostgreSQL server.",
  ),
  "postgres.host": setting(
    hostShape,
    "127.0.0.1",
    "name or address without a user, or directory",
    "The server's name or address, or the directory of its socket.",
  ),
  "postgres.port": setting(() => z.int().min(1).max(65_535), 5432, "1 to 65535", "The server's port."),
  "postgres.database": setting(() => z.string().min(1), "aistack", "name", "The database on the server."),
  "postgres.user": setting(() => z.string().min(1), "aistack", "name", "The user to connect as."),
  "postgres.schema": setting(
    () => z.string().regex(/^[a-z_][a-z0-9_]{0,39}$/),
    "aistack",
    "small letters, digits and _, at most 40",
    "The schema that holds the tables; each home needs one of its own.",
  ),
  "postgres.tls": setting(
    () => z.enum(["off", "require", "verify"]),
    "off",
    "off, require or verify",
    "Whether the connection is encrypted, and with `verify` whether the server's certificate is checked.",
  ),
  "postgres.caFile": setting(
    () => z.string().min(1).nullable(),
    null,
    "path or null",
    "Certificates that vouch for the server's, in PEM; null means the well-known authorities.",
  ),
  "postgres.certFile": setting(
    () => z.string().min(1).nullable(),
    null,
    "path or null",
    "Our own certificate, in PEM, where the server asks for one.",
  ),
  "postgres.keyFile": setting(
    () => z.string().min(1).nullable(),
    null,
    "path or null",
    "The private key of our own certificate, in PEM.",
  ),
  "postgres.poolSize": setting(() => z.int().min(1).max(100), 6, "1 to 100", "Most connections held at once."),
  "postgres.connectTimeoutMs": setting(
    () => z.int().min(10).max(600_000),
    5000,
    "10 to 600000",
    "How long a connection may take to be made, in milliseconds.",
  ),
  "postgres.statementTimeoutMs": setting(
    () => z.int().min(10).max(3_600_000),
    30_000,
    "10 to 3600000",
    "How long one statement may take, in milliseconds; then it is given up and tried again.",
  ),
} as const;
