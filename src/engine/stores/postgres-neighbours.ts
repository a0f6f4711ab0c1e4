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
} from "../learning/nearest.ts";
import { appraise } from "../learning/value.ts";
import type { Ask, Postgres } from "./postgres.ts";
import { loadCursors, openDelivery } from "./postgres-cursors.ts";
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

async function nearestByKey(ask: Ask, placed: readonly Placed[]): Promise<Map<number, Nearest>> {
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
  const rows = await ask("SELECT key, id, shingles FROM neighbours WHERE key = ANY ($1::bigint[])", [
    older([...best.values()].flat()),
  ]);
  const sets = new Map(
    rows.map((row) => [Number(row.key), { id: String(row.id), set: new Set(numbersOfBytes(row.shingles)) }]),
  );
  return new Map(
    placed.map(({ key, measured }) => {
      const compared = (best.get(key) ?? []).flatMap((other) => {
        const mine = own.get(other);
        const one = mine ? { id: mine.lesson.id, set: mine.measured.set } : sets.get(other);
        return one ? [one] : [];
      });
      return [key, nearestOf(measured.set, compared)];
    }),
  );
}

async function place(ask: Ask, lessons: readonly Lesson[]): Promise<number> {
  const placed = await freshOf(ask, lessons);
  if (placed.length === 0) return 0;
  const nearest = await nearestByKey(ask, placed);
  const of = (key: number) => nearest.get(key) ?? { id: null, similarity: 0 };
  await ask(
    `INSERT INTO neighbours (key, id, signature, shingles, nearest, similarity, value)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[], $5::text[], $6::float8[], $7::float8[])`,
    [
      placed.map(({ key }) => key),
      placed.map(({ lesson }) => lesson.id),
      placed.map(({ measured }) => Buffer.from(bytesOfNumbers(measured.bins))),
      placed.map(({ measured }) => Buffer.from(bytesOfNumbers(Uint32Array.from(measured.set)))),
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
  return placed.length;
}

/** The sink that measures how new each lesson is, and from that its value; a whole batch with few statements. */
export function openNeighbours(postgres: Postgres, emit: Emit): Sink {
  const delivery = openDelivery(postgres, "neighbours");
  return {
    name: "neighbours",
    optional: true,
    dependency: "postgresql",
    load: () => loadCursors(postgres.ask, "neighbours", emit),
    take: (batch) =>
      delivery.take(batch, async (ask) => {
        const fresh = await place(ask, batch.lessons);
        return { fresh, duplicates: batch.lessons.length - fresh };
      }),
  };
}
