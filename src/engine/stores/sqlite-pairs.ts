import type { PairNames } from "./pairs.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import { findLesson } from "./sqlite-reads.ts";
import type { SinkOptions } from "./store.ts";

/** The names of the dataset's pairs in the embedded store. */
export function pairNames(store: Embedded, { emit }: Pick<SinkOptions, "emit">): PairNames {
  return {
    cursors: async () => loadCursors(store, "dataset", emit),
    known: async (ids) => new Set(ids.filter((id) => store.get("SELECT 1 FROM pairs WHERE id = ?", id) !== undefined)),
    all: async () => store.all("SELECT id FROM pairs ORDER BY key").map(({ id }) => String(id)),
    bytes: async () => Number(store.get("SELECT value FROM facts WHERE name = 'dataset.bytes'")?.value ?? 0),
    add: (ids, bytes, cursors) =>
      store.commit(() => {
        let added = 0;
        for (const id of ids) added += store.run("INSERT INTO pairs (id) VALUES (?) ON CONFLICT DO NOTHING", id);
        saveCursors(store, "dataset", cursors);
        store.run("INSERT OR REPLACE INTO facts (name, value) VALUES ('dataset.bytes', ?)", String(bytes));
        return added;
      }),
    find: async (id) => findLesson(store, id),
    soon: () => store.soon(),
  };
}
