import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { Config } from "../config.ts";
import { Failure, messageOf } from "../errors.ts";
import { readSecret, type Secret } from "../secrets.ts";

/** How a PostgreSQL server is reached. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly schema: string;
  readonly password: Secret | null;
  /** What TLS is told; null means no TLS. */
  readonly tls: ConnectionOptions | null;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

function pem(file: string, key: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure("config", {
      what: "The PostgreSQL server was not asked",
      why: `${key} names ${file}: ${messageOf(error)}`,
      hint: `Type: aistack config set ${key} FILE`,
      cause: error,
    });
  }
}

function tlsOf({ values }: Config): ConnectionOptions | null {
  const mode = values["postgres.tls"];
  if (mode === "off") return null;
  const ca = values["postgres.caFile"];
  const cert = values["postgres.certFile"];
  const key = values["postgres.keyFile"];
  return {
    rejectUnauthorized: mode === "verify",
    ...(ca === null ? {} : { ca: pem(ca, "postgres.caFile") }),
    ...(cert === null ? {} : { cert: pem(cert, "postgres.certFile") }),
    ...(key === null ? {} : { key: pem(key, "postgres.keyFile") }),
  };
}

/** The server that the configuration names; fails with `config` when a file that it names cannot be read. */
export function postgresAddress(config: Config): PostgresAddress {
  const { values } = config;
  return {
    host: values["postgres.host"],
    port: values["postgres.port"],
    database: values["postgres.database"],
    user: values["postgres.user"],
    schema: values["postgres.schema"],
    password: readSecret(config, "postgres_password"),
    tls: tlsOf(config),
    poolSize: values["postgres.poolSize"],
    connectTimeoutMs: values["postgres.connectTimeoutMs"],
    statementTimeoutMs: values["postgres.statementTimeoutMs"],
  };
}

/** The address in one word, without anything secret. */
export function placeOf({ host, port, database, schema }: PostgresAddress): string {
  return `postgres://${host}:${port}/${database}#${schema}`;
}
