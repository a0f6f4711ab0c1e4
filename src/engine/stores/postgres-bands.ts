import type { Entry } from "../learning/entry.ts";
import { alikeKeys, keysOf } from "../learning/form.ts";
import { enteredKeys, type Keys, keyMost, kindOf, tagOf } from "../learning/near-index.ts";
import { isNew, type Placed } from "../learning/placed.ts";
import type { Ask } from "./postgres.ts";

/** The entries of the index of near-duplicates that are wanted under some keys; every key has a list, maybe empty. */
export async function entriesUnder(ask: Ask, { alike, own }: Keys): Promise<Map<number, Entry[]>> {
  const found = new Map<number, Entry[]>([...alike, ...own].map((band) => [band, []]));
  const note = (rows: Awaited<ReturnType<Ask>>) => {
    for (const { band, key, tag } of rows) found.get(Number(band))?.push({ key: Number(key), tag: Number(tag) });
  };
  if (alike.length > 0) {
    note(
      await ask(
        `SELECT newest.* FROM unnest($1::bigint[]) AS wanted (band) CROSS JOIN LATERAL
         (SELECT band, key, tag FROM bands WHERE bands.band = wanted.band ORDER BY key DESC LIMIT $2) AS newest`,
        [alike, keyMost],
      ),
    );
  }
  if (own.length > 0) {
    note(await ask("SELECT band, key, tag FROM bands WHERE band = ANY ($1::bigint[]) AND tag & 1 = 0", [own]));
  }
  return found;
}

/** Takes lessons out of the index. */
export async function takeOut(ask: Ask, placed: readonly Placed[]): Promise<void> {
  if (placed.length === 0) return;
  const entries = placed.flatMap(({ form, key }) => Array.from(keysOf(form), (band) => ({ band, key })));
  await ask(
    `DELETE FROM bands USING unnest($1::bigint[], $2::bigint[]) AS t (band, key)
     WHERE bands.band = t.band AND bands.key = t.key`,
    [entries.map(({ band }) => band), entries.map(({ key }) => key)],
  );
}

/**
 * Enters lessons into the index. Under a key of what is alike, one of each template that was not new is enough: of those
 * that come together the first.
 */
export async function enter(ask: Ask, placed: readonly Placed[]): Promise<void> {
  const entries = placed.flatMap((one) => {
    const tag = tagOf(one);
    const alike = isNew(one) ? 0 : alikeKeys(one.form);
    return Array.from(enteredKeys(one), (band, at) => ({ band, key: one.key, tag, isSpare: at < alike }));
  });
  const nameOf = (band: number, tag: number) => `${band} ${kindOf(tag)}`;
  const there = new Set<string>();
  const spare = entries.filter(({ isSpare }) => isSpare);
  if (spare.length > 0) {
    for (const { band, kind } of await ask(
      `SELECT DISTINCT band, kind FROM unnest($1::bigint[], $2::bigint[]) AS wanted (band, kind) WHERE EXISTS
       (SELECT 1 FROM bands WHERE bands.band = wanted.band AND (bands.tag & 4294967294) = wanted.kind)`,
      [spare.map(({ band }) => band), spare.map(({ tag }) => kindOf(tag))],
    )) {
      there.add(nameOf(Number(band), Number(kind)));
    }
  }
  const rows = entries.filter(({ band, tag, isSpare }) => {
    const name = nameOf(band, tag);
    if (isSpare && there.has(name)) return false;
    there.add(name);
    return true;
  });
  if (rows.length === 0) return;
  await ask(
    `INSERT INTO bands (band, key, tag) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
     ON CONFLICT DO NOTHING`,
    [rows.map(({ band }) => band), rows.map(({ key }) => key), rows.map(({ tag }) => tag)],
  );
}
