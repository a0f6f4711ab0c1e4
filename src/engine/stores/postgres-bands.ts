import type { Entry } from "../learning/entry.ts";
import { alikeKeys, keysOf } from "../learning/form.ts";
import { kindOf, tagOf } from "../learning/near-index.ts";
import { isNew, type Placed } from "../learning/placed.ts";
import type { Ask } from "./postgres.ts";

/** The entries of the index of near-duplicates under some keys; every key has a list, which may be empty. */
export async function entriesUnder(ask: Ask, bands: readonly number[]): Promise<Map<number, Entry[]>> {
  const found = new Map<number, Entry[]>(bands.map((band) => [band, []]));
  for (const row of await ask("SELECT band, key, tag FROM bands WHERE band = ANY ($1::bigint[])", [bands])) {
    found.get(Number(row.band))?.push({ key: Number(row.key), tag: Number(row.tag) });
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
  const spare = placed.filter((one) => !isNew(one));
  const there = spare.length === 0 ? new Map<number, Entry[]>() : await entriesUnder(ask, alikeOf(spare));
  const rows: { band: number; key: number; tag: number }[] = [];
  for (const one of placed) {
    const tag = tagOf(one);
    for (const [at, band] of keysOf(one.form).entries()) {
      const entries = there.get(band);
      const isSpare = !isNew(one) && at < alikeKeys(one.form);
      if (isSpare && entries?.some((entry) => kindOf(entry.tag) === kindOf(tag))) continue;
      rows.push({ band, key: one.key, tag });
      entries?.push({ key: one.key, tag });
    }
  }
  if (rows.length === 0) return;
  await ask(
    `INSERT INTO bands (band, key, tag) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
     ON CONFLICT DO NOTHING`,
    [rows.map(({ band }) => band), rows.map(({ key }) => key), rows.map(({ tag }) => tag)],
  );
}

function alikeOf(placed: readonly Placed[]): number[] {
  return [...new Set(placed.flatMap(({ form }) => [...keysOf(form).subarray(0, alikeKeys(form))]))];
}
