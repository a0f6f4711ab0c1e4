import { type Embedded, openEmbedded } from "./sqlite.ts";
import { damaged } from "./sqlite-intact.ts";
import { keyOf } from "./sqlite-names.ts";
import { readsOf, vectorModel } from "./sqlite-reads.ts";
import { schemaVersion } from "./sqlite-schema.ts";
import type { Store, StoreHealth } from "./store.ts";

function health(database: Embedded): StoreHealth {
  const found = String(database.get("PRAGMA quick_check")?.quick_check ?? "no answer");
  if (found === "ok") return { ok: true, found: database.file, hint: "" };
  return { ok: false, found, hint: damaged(database.file, found).hint };
}

/**
 * Opens, and unless it is only to be looked at creates, the embedded store; what writes is loaded when it is asked for.
 * Fails with `home`, `corrupt` or `config`.
 */
export function openEmbeddedStore(file: string, options: { readonly readOnly?: boolean } = {}): Store {
  const database = openEmbedded(file, options);
  return {
    kind: "embedded",
    place: file,
    version: async () => ({ tables: schemaVersion, server: `SQLite ${process.versions.sqlite}` }),
    ...readsOf(database),
    nearestLessons: async (vector, limit) =>
      (await import("./sqlite-vectors.ts")).nearestLessons(database, vector, limit),
    vectorModel: async () => vectorModel(database),
    health: async () => health(database),
    cursors: async (sink, emit) => (await import("./sqlite-cursors.ts")).loadCursors(database, sink, emit),
    async noteWithdrawn(ids) {
      const { noteWithdrawn } = await import("./sqlite-withdrawn.ts");
      await database.commit(() => {
        for (const key of noteWithdrawn(database, ids)) database.run("DELETE FROM vectors WHERE id = ?", key);
      });
    },
    async saveCursors(sink, cursors) {
      const { saveCursors } = await import("./sqlite-cursors.ts");
      await database.commit(() => saveCursors(database, sink, cursors));
    },
    async review(id, verdict) {
      await database.commit(() =>
        database.run("UPDATE lessons SET review = ? WHERE id = ?", verdict, keyOf(database, id)),
      );
    },
    async forgetBadLine({ inode, offset, reason }) {
      const sql = "DELETE FROM bad_lines WHERE inode = ? AND offset = ? AND reason = ?";
      await database.commit(() => database.run(sql, inode, offset, reason));
    },
    openRows: async (rows) => (await import("./sqlite-rows.ts")).openRows(database, rows),
    async openPairs(dataset, sink) {
      const { openPairsSink } = await import("./pairs.ts");
      const { pairNames } = await import("./sqlite-pairs.ts");
      return openPairsSink(pairNames(database, sink), dataset, sink);
    },
    openVectors: async (embedder, sink) => (await import("./sqlite-vectors.ts")).openVectors(database, embedder, sink),
    openNeighbours: async ({ emit }) => (await import("./sqlite-neighbours.ts")).openNeighbours(database, emit),
    spent: () => database.commits(),
    openRenewal: async () => (await import("./sqlite-renewal.ts")).renewalOf(database),
    openTables: async () => (await import("./sqlite-tables.ts")).tablesOf(database),
    close: async () => database.close(),
  };
}
