import { openPairsSink } from "./pairs.ts";
import { type Embedded, openEmbedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import { keyOf } from "./sqlite-names.ts";
import { openNeighbours } from "./sqlite-neighbours.ts";
import { pairNames } from "./sqlite-pairs.ts";
import { readsOf } from "./sqlite-reads.ts";
import { openRows } from "./sqlite-rows.ts";
import { schemaVersion } from "./sqlite-schema.ts";
import { tablesOf } from "./sqlite-tables.ts";
import { nearestLessons, openVectors, vectorModel } from "./sqlite-vectors.ts";
import type { Store, StoreHealth } from "./store.ts";

function health(database: Embedded): StoreHealth {
  const found = String(database.get("PRAGMA quick_check")?.quick_check ?? "no answer");
  if (found === "ok") return { ok: true, found: database.file, hint: "" };
  return { ok: false, found, hint: `Type: mv ${database.file} ${database.file}.damaged; aistack learn --once` };
}

/** Opens, and unless it is only to be looked at creates, the embedded store. Fails with `home`, `corrupt` or `config`. */
export function openEmbeddedStore(file: string, options: { readonly readOnly?: boolean } = {}): Store {
  const database = openEmbedded(file, options);
  return {
    kind: "embedded",
    place: file,
    version: async () => ({ tables: schemaVersion, server: `SQLite ${process.versions.sqlite}` }),
    ...readsOf(database),
    nearestLessons: (vector, limit) => nearestLessons(database, vector, limit),
    vectorModel: async () => vectorModel(database),
    health: async () => health(database),
    cursors: async (sink, emit) => loadCursors(database, sink, emit),
    saveCursors: (sink, cursors) => database.commit(() => saveCursors(database, sink, cursors)),
    async review(id, verdict) {
      await database.commit(() =>
        database.run("UPDATE lessons SET review = ? WHERE id = ?", verdict, keyOf(database, id)),
      );
    },
    async forgetBadLine({ inode, offset, reason }) {
      const sql = "DELETE FROM bad_lines WHERE inode = ? AND offset = ? AND reason = ?";
      await database.commit(() => database.run(sql, inode, offset, reason));
    },
    openRows: async (rows) => openRows(database, rows),
    openPairs: (dataset, sink) => openPairsSink(pairNames(database, sink), dataset, sink),
    openVectors: (embedder, sink) => openVectors(database, embedder, sink),
    openNeighbours: async ({ emit }) => openNeighbours(database, emit),
    spent: () => database.commits(),
    openTables: async () => tablesOf(database),
    close: async () => database.close(),
  };
}
