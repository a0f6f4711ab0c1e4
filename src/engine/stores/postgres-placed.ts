import type { AllPlaced } from "../learning/clusters.ts";
import { bytesOfForm } from "../learning/form.ts";
import { type FormMemory, openFormMemory } from "../learning/form-memory.ts";
import { type Placed, placedValue } from "../learning/placed.ts";
import { toPlaced } from "./placed-rows.ts";
import type { Ask } from "./postgres.ts";

const select = "SELECT key, id, form, merit, worth, born, nearest, similarity, kept FROM neighbours";

/** Measured lessons behind a number, in order of their numbers. */
export async function placedAfter(ask: Ask, after: number, limit: number): Promise<Placed[]> {
  const forms = openFormMemory();
  const rows = await ask(`${select} WHERE key > $1 ORDER BY key LIMIT $2`, [after, limit]);
  return rows.map((row) => toPlaced(row, forms));
}

/** Measured lessons by their numbers. */
export async function placedAt(ask: Ask, forms: FormMemory, keys: readonly number[]): Promise<Placed[]> {
  const rows = await ask(`${select} WHERE key = ANY ($1::bigint[])`, [keys]);
  return rows.map((row) => toPlaced(row, forms));
}

/** Measured lessons by their names. */
export async function placedNamed(ask: Ask, forms: FormMemory, ids: readonly string[]): Promise<Placed[]> {
  if (ids.length === 0) return [];
  const rows = await ask(`${select} WHERE id = ANY ($1::text[]) ORDER BY key`, [ids]);
  return rows.map((row) => toPlaced(row, forms));
}

/** Writes measured lessons, new or changed; only inside a transaction. */
export async function savePlaced(ask: Ask, placed: readonly Placed[]): Promise<void> {
  if (placed.length === 0) return;
  await ask(
    `INSERT INTO neighbours (key, id, form, merit, worth, born, nearest, similarity, value, kept)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::float8[], $5::float8[], $6::bigint[], $7::text[],
     $8::float8[], $9::float8[], $10::text[]) ON CONFLICT (key) DO UPDATE SET merit = excluded.merit,
     born = excluded.born, nearest = excluded.nearest, similarity = excluded.similarity, value = excluded.value,
     kept = excluded.kept`,
    [
      placed.map(({ key }) => key),
      placed.map(({ id }) => id),
      placed.map(({ form }) => Buffer.from(bytesOfForm(form))),
      placed.map(({ merit }) => merit),
      placed.map(({ worth }) => worth),
      placed.map(({ bornMs }) => bornMs),
      placed.map(({ nearest }) => nearest),
      placed.map(({ similarity }) => similarity),
      placed.map(placedValue),
      placed.map(({ kept }) => kept),
    ],
  );
}

const readAtOnce = 2000;

/** All measured lessons, in order of their numbers, as often as they are asked for. */
export function allPlaced(ask: Ask): AllPlaced {
  return async function* () {
    for (let last = 0; ; ) {
      const some = await placedAfter(ask, last, readAtOnce);
      const end = some.at(-1);
      if (end === undefined) return;
      yield some;
      last = end.key;
    }
  };
}
