import type { PairNames } from "./pairs.ts";
import type { Postgres } from "./postgres.ts";
import { loadCursors, lockSink, saveCursors } from "./postgres-cursors.ts";
import { findLesson } from "./postgres-reads.ts";
import { noteWithdrawn, withdrawnAmong } from "./postgres-withdrawn.ts";
import type { SinkOptions } from "./store.ts";

/** The names of the dataset's pairs on a PostgreSQL server. */
export function pairNames(postgres: Postgres, { emit }: Pick<SinkOptions, "emit">): PairNames {
  const { ask } = postgres;
  return {
    dependency: "postgresql",
    cursors: () => loadCursors(ask, "dataset", emit),
    known: async (ids) =>
      new Set((await ask("SELECT id FROM pairs WHERE id = ANY ($1::text[])", [ids])).map(({ id }) => String(id))),
    withdrawn: (ids) => withdrawnAmong(ask, ids),
    all: async () => (await ask("SELECT id FROM pairs ORDER BY key")).map(({ id }) => String(id)),
    bytes: async () => Number((await ask("SELECT value FROM facts WHERE name = 'dataset.bytes'"))[0]?.value ?? 0),
    add: (ids, bytes, cursors, gone) =>
      postgres.transaction(`The names of pairs in ${postgres.place} were not written`, async (ask) => {
        await lockSink(ask, postgres.schema, "dataset");
        if (gone.length > 0) {
          await noteWithdrawn(ask, gone);
          await ask("DELETE FROM pairs WHERE id = ANY ($1::text[])", [gone]);
        }
        const added = await ask(
          `INSERT INTO pairs (key, id)
           SELECT (SELECT coalesce(max(key), 0) FROM pairs) + row_number() OVER (ORDER BY place), id
           FROM (SELECT id, min(place) AS place FROM unnest($1::text[]) WITH ORDINALITY AS t (id, place)
             WHERE NOT EXISTS (SELECT 1 FROM pairs WHERE pairs.id = t.id) GROUP BY id) AS fresh
           RETURNING id`,
          [ids],
        );
        await saveCursors(ask, "dataset", cursors);
        await ask(
          `INSERT INTO facts (name, value) VALUES ('dataset.bytes', $1)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
          [String(bytes)],
        );
        return added.length;
      }),
    find: (id) => findLesson(ask, id),
  };
}
