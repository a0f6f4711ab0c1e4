import type { PairNames } from "./pairs.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import { factOf, saveFact } from "./sqlite-facts.ts";
import { idText, keptOf, nameOf } from "./sqlite-names.ts";
import { findLesson } from "./sqlite-reads.ts";
import { noteWithdrawn, withdrawnAmong } from "./sqlite-withdrawn.ts";
import type { SinkOptions } from "./store.ts";

/** The names of the dataset's pairs in the embedded store. */
export function pairNames(store: Embedded, { emit }: Pick<SinkOptions, "emit">): PairNames {
  return {
    cursors: async () => loadCursors(store, "dataset", emit),
    known: async (ids) => keptOf(store, "pairs", ids),
    all: async () =>
      store
        .all(`SELECT ${idText()} AS id FROM pairs JOIN names ON names.key = pairs.id ORDER BY pairs.key`)
        .map(({ id }) => String(id)),
    bytes: async () => Number(factOf(store, "dataset.bytes") ?? 0),
    withdrawn: async (ids) => withdrawnAmong(store, ids),
    add: (ids, bytes, cursors, gone) =>
      store.commit(() => {
        for (const key of noteWithdrawn(store, gone)) store.run("DELETE FROM pairs WHERE id = ?", key);
        const keys = ids.map((id) => nameOf(store, id));
        const added = store.run(
          "INSERT INTO pairs (id) SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
          JSON.stringify(keys),
        );
        saveCursors(store, "dataset", cursors);
        saveFact(store, "dataset.bytes", String(bytes));
        return added;
      }),
    find: async (id) => findLesson(store, id),
    soon: () => store.soon(),
  };
}
