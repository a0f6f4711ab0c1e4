import { Failure } from "../errors.ts";
import type { Postgres } from "./postgres.ts";
import type { Uncompacted } from "./renewal.ts";
import { tables } from "./tables.ts";

const vacuumTimeoutMs = 3_600_000;
/** What the planner knows of all tables of a database; the commonest and the outermost values of columns are in it. */
const statistics = "pg_catalog.pg_statistic";

async function fileOf({ ask }: Postgres, table: string): Promise<string> {
  return String((await ask("SELECT pg_relation_filenode($1::regclass) AS file", [table]))[0]?.file);
}

// Whoever may not have a table written anew is only warned by the server, and its file stays the same.
async function rewrite(postgres: Postgres, table: string): Promise<string | null> {
  const before = await fileOf(postgres, table);
  try {
    await postgres.alone(`VACUUM FULL ${table}`, vacuumTimeoutMs);
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "silent") throw error;
    return error.why;
  }
  return (await fileOf(postgres, table)) === before ? "this user is not its owner" : null;
}

// What is known of an empty table is not replaced by another look at it, but forgotten with the type of a column.
async function forgetColumns({ ask, alone }: Postgres, table: string): Promise<void> {
  const columns = await ask(
    `SELECT quote_ident(attname) AS name, format_type(atttypid, atttypmod) AS type,
       (SELECT format('%I.%I', nspname, collname) FROM pg_collation JOIN pg_namespace ON pg_namespace.oid = collnamespace
        WHERE pg_collation.oid = attcollation) AS collation
     FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
       AND atttypid IN ('text'::regtype, 'tsvector'::regtype)`,
    [table],
  );
  for (const { name, type, collation } of columns) {
    const collate = collation === null ? "" : ` COLLATE ${collation}`;
    await alone(`ALTER TABLE ${table} ALTER COLUMN ${name} TYPE ${type}${collate}`, vacuumTimeoutMs);
  }
}

async function lookAnew(postgres: Postgres, table: string): Promise<void> {
  const [found] = await postgres.ask(`SELECT EXISTS (SELECT 1 FROM ${table}) AS filled`);
  if (found?.filled === true) await postgres.alone(`ANALYZE ${table}`, vacuumTimeoutMs);
  else await forgetColumns(postgres, table);
}

/**
 * Writes our tables anew, has the planner look at them again, and then writes what it knew of them anew too, which only
 * the owner of the database may; says what could not be. Fails with `silent`.
 */
export async function compactTables(
  postgres: Postgres,
  left: string,
  signal: AbortSignal,
): Promise<Uncompacted | null> {
  if (!left.startsWith("statistics ")) {
    for (const name of [...tables.map((table) => table.name), "negatives", "withdrawn"]) {
      signal.throwIfAborted();
      const why = await rewrite(postgres, name);
      if (why !== null) return { why: `the table ${name} could not be written anew (${why})`, left };
      await lookAnew(postgres, name);
    }
  }
  signal.throwIfAborted();
  const still = `statistics ${await fileOf(postgres, statistics)}`;
  // Somebody who may has done it since.
  if (left.startsWith("statistics ") && left !== still) return null;
  const why = await rewrite(postgres, statistics);
  if (why === null) return null;
  return {
    why: `the server's statistics could not be written anew (${why}); type in psql as the owner of the database: VACUUM FULL ${statistics}`,
    left: still,
  };
}
