import type { Emit } from "../events.ts";
import type { Lesson } from "../learning/lesson.ts";
import {
  bestCandidates,
  bytesOfNumbers,
  candidatesMax,
  type Measured,
  measure,
  type Nearest,
  nearestOf,
  numbersOfBytes,
  openRecentWords,
  type RecentWords,
} from "../learning/nearest.ts";
import { bandKeys } from "../learning/similar.ts";
import { appraise } from "../learning/value.ts";
import { hashWords } from "../learning/words.ts";
import { withdrawnBy } from "../telemetry/batch.ts";
import type { Ask, Postgres } from "./postgres.ts";
import { loadCursors, openDelivery } from "./postgres-cursors.ts";
import { unescapeText } from "./postgres-text.ts";
import { noteWithdrawn, withdrawnAmong } from "./postgres-withdrawn.ts";
import type { Sink } from "./store.ts";

interface Placed {
  readonly lesson: Lesson;
  readonly measured: Measured;
  readonly key: number;
}

async function freshOf(ask: Ask, lessons: readonly Lesson[]): Promise<Placed[]> {
  const unique = new Map<string, Lesson>();
  for (const lesson of lessons) if (!unique.has(lesson.id)) unique.set(lesson.id, lesson);
  if (unique.size === 0) return [];
  for (const { id } of await ask("SELECT id FROM neighbours WHERE id = ANY ($1::text[])", [[...unique.keys()]])) {
    unique.delete(String(id));
  }
  const [row] = await ask("SELECT coalesce(max(key), 0) AS last FROM neighbours");
  const last = Number(row?.last);
  return [...unique.values()].map((lesson, index) => ({ lesson, measured: measure(lesson), key: last + 1 + index }));
}

// The newest keys of every band that some lesson of the batch falls into.
async function keysByBand(ask: Ask, placed: readonly Placed[]): Promise<Map<number, number[]>> {
  const bands = [...new Set(placed.flatMap(({ measured }) => measured.bands))];
  const rows = await ask(
    `SELECT t.band, newest.key FROM unnest($1::bigint[]) AS t (band) CROSS JOIN LATERAL
     (SELECT key FROM bands WHERE bands.band = t.band ORDER BY key DESC LIMIT ${candidatesMax}) AS newest`,
    [bands],
  );
  const byBand = new Map<number, number[]>();
  for (const row of rows) {
    const band = Number(row.band);
    byBand.set(band, [...(byBand.get(band) ?? []), Number(row.key)]);
  }
  return byBand;
}

// The same choice as one statement per lesson would make: the newest entries of its bands, earlier ones of the batch
// included; a lesson may stand in several of them.
function candidatesOf(placed: readonly Placed[], byBand: Map<number, number[]>): Map<number, number[]> {
  const chosen = new Map<number, number[]>();
  for (const { key, measured } of placed) {
    const entries = measured.bands.flatMap((band) => byBand.get(band) ?? []);
    chosen.set(key, [...new Set(entries.sort((a, b) => b - a).slice(0, candidatesMax))]);
    for (const band of new Set(measured.bands)) byBand.set(band, [key, ...(byBand.get(band) ?? [])]);
  }
  return chosen;
}

async function nearestByKey(ask: Ask, recent: RecentWords, placed: readonly Placed[]): Promise<Map<number, Nearest>> {
  const candidates = candidatesOf(placed, await keysByBand(ask, placed));
  const own = new Map(placed.map((one) => [one.key, one]));
  const older = (keys: Iterable<number>) => [...new Set(keys)].filter((key) => !own.has(key));
  const signatures = await ask("SELECT key, signature FROM neighbours WHERE key = ANY ($1::bigint[])", [
    older([...candidates.values()].flat()),
  ]);
  const bins = new Map(signatures.map((row) => [Number(row.key), numbersOfBytes(row.signature)]));
  const best = new Map(
    placed.map(({ key, measured }) => {
      const known = (candidates.get(key) ?? []).map((other) => ({
        key: other,
        bins: own.get(other)?.measured.bins ?? bins.get(other) ?? new Uint32Array(),
      }));
      return [key, bestCandidates(measured.bins, known)];
    }),
  );
  const words = await wordsByKey(ask, recent, older([...best.values()].flat().map(({ key }) => key)));
  return new Map(
    placed.map(({ key, measured }) => {
      const compared = (best.get(key) ?? []).flatMap(({ key: other, share }) => {
        const mine = own.get(other);
        const one = mine ? { id: mine.lesson.id, hashes: mine.measured.words() } : words.get(other);
        return one ? [{ ...one, share }] : [];
      });
      return [key, nearestOf(measured.words, compared)];
    }),
  );
}

// The words of earlier lessons; the rows may be behind, then there are none.
async function wordsByKey(ask: Ask, recent: RecentWords, keys: readonly number[]) {
  const rows = await ask(
    `SELECT key, id, prompt, response FROM neighbours LEFT JOIN lessons USING (id) WHERE key = ANY ($1::bigint[])`,
    [keys],
  );
  return new Map(
    rows.map(({ key, id, prompt, response }) => {
      const known = typeof prompt === "string" && typeof response === "string";
      const hashes =
        recent.get(String(id)) ?? (known ? hashWords(`${unescapeText(prompt)}\n${unescapeText(response)}`) : null);
      return [Number(key), { id: String(id), hashes }];
    }),
  );
}

async function place(ask: Ask, recent: RecentWords, lessons: readonly Lesson[]): Promise<number> {
  const placed = await freshOf(ask, lessons);
  if (placed.length === 0) return 0;
  const nearest = await nearestByKey(ask, recent, placed);
  const of = (key: number) => nearest.get(key) ?? { id: null, similarity: 0 };
  await ask(
    `INSERT INTO neighbours (key, id, signature, nearest, similarity, value)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::float8[], $6::float8[])`,
    [
      placed.map(({ key }) => key),
      placed.map(({ lesson }) => lesson.id),
      placed.map(({ measured }) => Buffer.from(bytesOfNumbers(measured.bins))),
      placed.map(({ key }) => of(key).id),
      placed.map(({ key }) => of(key).similarity),
      placed.map(({ lesson, key }) => appraise(lesson, 1 - of(key).similarity).value),
    ],
  );
  const bands = placed.flatMap(({ key, measured }) => measured.bands.map((band) => ({ key, band })));
  await ask("INSERT INTO bands (band, key) SELECT * FROM unnest($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING", [
    bands.map(({ band }) => band),
    bands.map(({ key }) => key),
  ]);
  for (const { lesson, measured } of placed) recent.keep(lesson.id, measured.words);
  return placed.length;
}

// What was near to a withdrawn lesson is measured as if that had never been there. Returns how many there were.
async function remove(ask: Ask, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  await noteWithdrawn(ask, ids);
  const removed = await ask("DELETE FROM neighbours WHERE id = ANY ($1::text[]) RETURNING key, signature", [ids]);
  if (removed.length === 0) return 0;
  const bands = removed.flatMap(({ key, signature }) =>
    bandKeys(numbersOfBytes(signature)).map((band) => ({ key: Number(key), band })),
  );
  await ask(
    "DELETE FROM bands USING unnest($1::bigint[], $2::bigint[]) AS t (band, key) WHERE bands.band = t.band AND bands.key = t.key",
    [bands.map(({ band }) => band), bands.map(({ key }) => key)],
  );
  await ask("UPDATE neighbours SET nearest = NULL, similarity = 0 WHERE nearest = ANY ($1::text[])", [ids]);
  return removed.length;
}

/** The sink that measures how new each lesson is, and from that its value; a whole batch with few statements. */
export function openNeighbours(postgres: Postgres, emit: Emit): Sink {
  const delivery = openDelivery(postgres, "neighbours");
  const recent = openRecentWords();
  return {
    name: "neighbours",
    optional: true,
    dependency: "postgresql",
    load: () => loadCursors(postgres.ask, "neighbours", emit),
    take: (batch) =>
      delivery.take(batch, async (ask) => {
        const removed = await remove(ask, withdrawnBy(batch));
        const ids = batch.lessons.map(({ id }) => id);
        const withdrawn = await withdrawnAmong(ask, ids);
        const lessons = batch.lessons.filter(({ id }) => !withdrawn.has(id));
        const added = await place(ask, recent, lessons);
        return { fresh: added - removed, duplicates: batch.lessons.length - added };
      }),
  };
}
