import { createHash } from "node:crypto";
import { Socket } from "node:net";
import { Pool, type PoolClient } from "pg";
import { Failure } from "../errors.ts";
import type { Row } from "./cursor-rows.ts";
import { type PostgresAddress, placeOf } from "./postgres-address.ts";
import { postgresFailure } from "./postgres-failure.ts";

/** Runs one statement, prepared once per connection, and returns its rows. */
export type Ask = (sql: string, values?: readonly unknown[]) => Promise<Row[]>;

/**
 * A PostgreSQL server behind a pool with limits. States: open, closed. Each statement ends within its timeout on our
 * side too, so a server that hangs is as silent as one that is gone; such a connection is thrown away.
 */
export interface Postgres {
  readonly place: string;
  readonly schema: string;
  /** Asks in a transaction of its own. Fails with `silent`, `full`, `refused`, `config` or `corrupt`. */
  readonly ask: Ask;
  /** Does work in one transaction and resolves once it is durable; of a trial, or when the work fails, nothing stays. */
  transaction<T>(what: string, work: (ask: Ask) => Promise<T>, options?: { readonly trial?: boolean }): Promise<T>;
  /** Runs one statement outside of a transaction, within a time limit of its own. Fails as `ask` does. */
  alone(sql: string, timeoutMs: number): Promise<void>;
  spent(): { readonly count: number; readonly ms: number };
  close(): Promise<void>;
}

/** The oldest server that is spoken to, and how it is numbered there. */
const oldestVersion = 130_000;

// A PostgreSQL server's first byte is one of these; anything else comes from a server of another kind.
const firstBytes = new Set([..."RENSv"].map((letter) => letter.charCodeAt(0)));

function openSocket(place: string, keep: Set<Socket>): Socket {
  const socket = new Socket();
  keep.add(socket);
  socket.on("close", () => keep.delete(socket));
  socket.prependOnceListener("data", (bytes: Buffer) => {
    if (firstBytes.has(bytes[0] ?? 0)) return;
    socket.destroy(
      new Failure("config", {
        what: `The PostgreSQL server ${place} was not asked`,
        why: `what answers there speaks another protocol (${JSON.stringify(bytes.toString("latin1", 0, 12))}…)`,
        hint: "Check the address: aistack config set postgres.port 5432",
      }),
    );
  });
  return socket;
}

function socketOf(client: PoolClient): Socket | null {
  const connection: unknown = Reflect.get(client, "connection");
  const stream: unknown = typeof connection === "object" && connection ? Reflect.get(connection, "stream") : null;
  return stream instanceof Socket ? stream : null;
}

function checkVersion(place: string, version: number): void {
  if (version >= oldestVersion) return;
  throw new Failure("config", {
    what: `The PostgreSQL server ${place} was not used`,
    why: `its version ${Math.floor(version / 10_000)} is too old, ${oldestVersion / 10_000} is needed`,
    hint: "Upgrade the server, or name another: aistack config set postgres.host NAME",
  });
}

/** Opens the way to a server; the first connection is made by the first call. */
export function openPostgres(address: PostgresAddress, schema = address.schema): Postgres {
  const place = placeOf({ ...address, schema });
  const sockets = new Set<Socket>();
  const pool = new Pool({
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    password: address.password?.reveal() ?? "",
    ssl: address.tls ?? false,
    stream: () => openSocket(place, sockets),
    max: address.poolSize,
    connectionTimeoutMillis: address.connectTimeoutMs,
    query_timeout: address.statementTimeoutMs + 500,
    statement_timeout: address.statementTimeoutMs,
    idle_in_transaction_session_timeout: address.statementTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: "aistack",
    options: `-c search_path=${schema} -c client_min_messages=error -c synchronous_commit=on -c bytea_output=hex`,
  });
  // A connection that dies is replaced by the next call; it may also die on its way out of the pool, where nobody listens.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => void client.on("error", () => undefined));
  const spent = { count: 0, ms: 0 };
  const checked = new WeakSet<PoolClient>();
  const names = new Map<string, string>();
  const nameOf = (sql: string) => {
    const known = names.get(sql) ?? createHash("sha256").update(sql).digest("hex").slice(0, 32);
    names.set(sql, known);
    return known;
  };
  const askOf =
    (client: PoolClient): Ask =>
    async (sql, values = []) =>
      (await client.query<Row>({ name: nameOf(sql), text: sql, values: [...values] })).rows;

  const withClient = async <T>(what: string, work: (client: PoolClient) => Promise<T>): Promise<T> => {
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw postgresFailure(error, what);
    }
    let broken = true;
    try {
      if (!checked.has(client)) {
        const version = await client.query<Row>("SHOW server_version_num");
        checkVersion(place, Number(version.rows[0]?.server_version_num));
        checked.add(client);
      }
      const value = await work(client);
      broken = false;
      return value;
    } catch (error) {
      const failure = postgresFailure(error, what);
      // After a word of the server itself the connection is still good, and a transaction was rolled back.
      broken = failure.code === "silent" || failure.code === "corrupt" || failure.code === "failed";
      throw failure;
    } finally {
      client.release(broken);
      // A server that hangs does not answer the farewell that the release sent.
      if (broken) socketOf(client)?.destroy();
    }
  };

  return {
    place,
    schema,
    ask: (sql, values) =>
      withClient(`The PostgreSQL server ${place} was not asked`, (client) => askOf(client)(sql, values)),
    transaction: (what, work, { trial = false } = {}) =>
      withClient(what, async (client) => {
        await client.query("BEGIN");
        try {
          const value = await work(askOf(client));
          const started = performance.now();
          await client.query(trial ? "ROLLBACK" : "COMMIT");
          spent.ms += performance.now() - started;
          spent.count++;
          return value;
        } catch (error) {
          await client.query("ROLLBACK").catch(() => undefined);
          throw error;
        }
      }),
    alone: (sql, timeoutMs) =>
      withClient(`The PostgreSQL server ${place} was not asked`, async (client) => {
        await client.query(`SET statement_timeout = ${timeoutMs}`);
        // The client's own limit comes with each query; its types do not know that.
        const query = { text: sql, query_timeout: timeoutMs + 500 };
        try {
          await client.query(query);
        } finally {
          await client.query(`SET statement_timeout = ${address.statementTimeoutMs}`).catch(() => undefined);
        }
      }),
    spent: () => ({ ...spent }),
    async close() {
      if (pool.ending) return;
      const ended = pool.end();
      // A server that hangs does not answer a farewell.
      for (const socket of sockets) socket.end(() => socket.destroy());
      await ended;
    },
  };
}
