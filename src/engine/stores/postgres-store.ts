import { nowOrLater, onceDone } from "./later.ts";
import { openPairsSink } from "./pairs.ts";
import { openPostgres, type Postgres } from "./postgres.ts";
import type { PostgresAddress } from "./postgres-address.ts";
import { loadCursors, lockSink, saveCursors } from "./postgres-cursors.ts";
import { checkNotOlder, migrate, tablesVersion } from "./postgres-migrations.ts";
import { openNeighbours } from "./postgres-neighbours.ts";
import { pairNames } from "./postgres-pairs.ts";
import { readsOf } from "./postgres-reads.ts";
import { openRows } from "./postgres-rows.ts";
import { tablesOf } from "./postgres-tables.ts";
import { escapeText } from "./postgres-text.ts";
import { nearestLessons, openVectors, removeVectors, vectorModel } from "./postgres-vectors.ts";
import type { Store } from "./store.ts";

function storeOf(postgres: Postgres): Store {
  const { ask, place, schema, transaction } = postgres;
  return {
    kind: "postgres",
    place,
    async version() {
      const [row] = await ask("SELECT current_setting('server_version') AS version");
      return { tables: await tablesVersion(postgres), server: `PostgreSQL ${row?.version}` };
    },
    ...readsOf(ask),
    nearestLessons: (vector, limit) => nearestLessons(ask, vector, limit),
    vectorModel: () => vectorModel(ask),
    async health() {
      const { server } = await this.version();
      return { ok: true, found: server, hint: "" };
    },
    cursors: (sink, emit) => loadCursors(ask, sink, emit),
    noteWithdrawn: (ids) =>
      transaction(`What was withdrawn was not noted in ${place}`, async (ask) => {
        await removeVectors(ask, ids);
      }),
    saveCursors: (sink, cursors) =>
      transaction(`The place of ${sink} was not saved`, async (ask) => {
        await lockSink(ask, schema, sink);
        await saveCursors(ask, sink, cursors);
      }),
    async review(id, verdict) {
      await ask("UPDATE lessons SET review = $1 WHERE id = $2", [verdict, id]);
    },
    async forgetBadLine({ inode, offset, reason }) {
      await ask(`DELETE FROM bad_lines WHERE inode = $1 AND "offset" = $2 AND reason = $3`, [
        inode,
        offset,
        escapeText(reason),
      ]);
    },
    openRows: async (rows) => openRows(postgres, rows),
    openPairs: (dataset, sink) => openPairsSink(pairNames(postgres, sink), dataset, sink),
    openVectors: (embedder, sink) => openVectors(postgres, embedder, sink),
    openNeighbours: async ({ emit }) => openNeighbours(postgres, emit),
    spent: () => postgres.spent(),
    openRenewal: async () => (await import("./postgres-renewal.ts")).renewalOf(postgres),
    openTables: async () => tablesOf(postgres),
    close: () => postgres.close(),
  };
}

/** How a store is opened to write to. */
export interface OpenOptions {
  readonly schema?: string;
  /** Whether a silent server is no failure yet: then its tables are made by the first call that reaches it. */
  readonly patient?: boolean;
}

/** Opens the store on a server to write to, and makes its tables. Fails with `config`, and unless patient with `silent`. */
export async function openPostgresStore(
  address: PostgresAddress,
  { schema = address.schema, patient = false }: OpenOptions = {},
): Promise<Store> {
  const postgres = openPostgres(address, schema);
  const ready = onceDone(() => migrate(postgres));
  try {
    await (patient ? nowOrLater(ready) : ready());
    return storeOf({
      ...postgres,
      async ask(sql, values) {
        await ready();
        return postgres.ask(sql, values);
      },
      async transaction(what, work, options) {
        await ready();
        return postgres.transaction(what, work, options);
      },
    });
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

/**
 * Opens the store on a server to look at it, or null where its tables are not made yet. Fails with `silent` or `config`,
 * the latter also for an older version, unless nothing but its facts is asked for.
 */
export async function lookAtPostgresStore(
  address: PostgresAddress,
  { olderToo = false }: { readonly olderToo?: boolean } = {},
): Promise<Store | null> {
  const postgres = openPostgres(address);
  try {
    const version = await tablesVersion(postgres);
    if (version > 0 && !olderToo) checkNotOlder(postgres, version);
    if (version > 0) return storeOf(postgres);
    await postgres.close();
    return null;
  } catch (error) {
    await postgres.close();
    throw error;
  }
}
