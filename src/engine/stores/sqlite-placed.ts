import type { AllPlaced } from "../learning/clusters.ts";
import { bytesOfForm } from "../learning/form.ts";
import { type FormMemory, openFormMemory } from "../learning/form-memory.ts";
import { type Placed, placedValue } from "../learning/placed.ts";
import { toPlaced } from "./placed-rows.ts";
import type { Embedded } from "./sqlite.ts";
import { idText, nameOf } from "./sqlite-names.ts";

const select = `SELECT neighbours.key, ${idText()} AS id, form, merit, worth, born, ${idText("near")} AS nearest,
  similarity, ${idText("keep")} AS kept FROM neighbours JOIN names ON names.key = neighbours.id
  LEFT JOIN names AS near ON near.key = neighbours.nearest LEFT JOIN names AS keep ON keep.key = neighbours.kept`;

/** Measured lessons behind a number, in order of their numbers. */
export function placedAfter(store: Embedded, after: number, limit: number): Placed[] {
  const forms = openFormMemory();
  const rows = store.all(`${select} WHERE neighbours.key > ? ORDER BY neighbours.key LIMIT ?`, after, limit);
  return rows.map((row) => toPlaced(row, forms));
}

/** One measured lesson by its number. */
export function placedAt(store: Embedded, forms: FormMemory, key: number): Placed | null {
  const row = store.get(`${select} WHERE neighbours.key = ?`, key);
  return row ? toPlaced(row, forms) : null;
}

/** One measured lesson by the number of its name. */
export function placedNamed(store: Embedded, forms: FormMemory, name: number): Placed | null {
  // Most are not there.
  const row = store.get("SELECT key FROM neighbours WHERE id = ?", name);
  return row ? placedAt(store, forms, Number(row.key)) : null;
}

/** Writes a measured lesson, new or changed; only inside a commit. */
export function savePlaced(store: Embedded, placed: Placed): void {
  const { key, id, form, merit, worth, bornMs, nearest, similarity, kept } = placed;
  const [near, keep] = [nearest, kept].map((name) => (name === null ? null : nameOf(store, name)));
  store.run(
    `INSERT INTO neighbours (key, id, form, merit, worth, born, nearest, similarity, value, kept)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET merit = excluded.merit, born = excluded.born,
     nearest = excluded.nearest, similarity = excluded.similarity, value = excluded.value, kept = excluded.kept`,
    key,
    nameOf(store, id),
    bytesOfForm(form),
    merit,
    worth,
    bornMs,
    near ?? null,
    similarity,
    placedValue(placed),
    keep ?? null,
  );
}

const readAtOnce = 2000;

/** All measured lessons, in order of their numbers, as often as they are asked for. */
export function allPlaced(store: Embedded): AllPlaced {
  return async function* () {
    for (let last = 0; ; ) {
      const some = placedAfter(store, last, readAtOnce);
      const end = some.at(-1);
      if (end === undefined) return;
      yield some;
      last = end.key;
    }
  };
}
