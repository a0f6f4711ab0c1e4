import type { Lesson } from "../learning/lesson.ts";
import type { Row } from "./cursor-rows.ts";
import { toBadLine, toLesson, toListed, toNegative, toReview } from "./lesson-rows.ts";
import type { DatasetCounts, ListedLesson } from "./listed.ts";
import { placeIn } from "./place-row.ts";
import type { Ask } from "./postgres.ts";
import { allPlaced } from "./postgres-placed.ts";
import { unescapeText, wordsOf } from "./postgres-text.ts";
import { withdrawnAmong } from "./postgres-withdrawn.ts";
import type { Store } from "./store.ts";
import { toTallies } from "./tally-rows.ts";

const listed = `SELECT lessons.id, pattern_id, kind, prompt, response, backend, iterations, timestamp, success_metrics,
  feedback, file, inode, "offset", bytes, review, neighbours.value, neighbours.nearest, neighbours.similarity
  FROM lessons LEFT JOIN neighbours USING (id)`;

/** A row with every text as it was before it was escaped. */
export function plain(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "string" ? unescapeText(value) : value]),
  );
}

/** A lesson by its whole id, or null. */
export async function findLesson(ask: Ask, id: string): Promise<Lesson | null> {
  const [row] = await ask("SELECT * FROM lessons WHERE id = $1", [id]);
  return row ? toLesson(plain(row)) : null;
}

function lessonsIn(rows: readonly Row[]): ListedLesson[] {
  return rows.map((row) => toListed(plain(row)));
}

async function listLessons(ask: Ask, limit: number, search: string | null): Promise<ListedLesson[]> {
  if (search === null) return lessonsIn(await ask(`${listed} ORDER BY seq DESC LIMIT $1`, [limit]));
  const words = wordsOf(search);
  if (words.length === 0) return [];
  // Words are letters and digits only, so between quotes they need no escape.
  const query = words.map((word) => `'${word}'`).join(" & ");
  return lessonsIn(await ask(`${listed} WHERE words @@ $1::tsquery ORDER BY seq DESC LIMIT $2`, [query, limit]));
}

// Rows of these tables are numbered from 1, without gaps as long as nothing was ever withdrawn; then the last number is
// the count, and a status does not read whole tables.
function countOf(table: string, key: string): string {
  return `CASE WHEN EXISTS (SELECT 1 FROM withdrawn) THEN (SELECT count(*) FROM ${table})
    ELSE (SELECT coalesce(max(${key}), 0) FROM ${table}) END`;
}

const counts = `SELECT ${countOf("lessons", "seq")} AS lessons, ${countOf("vectors", "key")} AS vectors,
  (SELECT count(*) FROM neighbours) AS measured,
  (SELECT count(*) FROM neighbours WHERE value >= 0.7) AS "highValue",
  (SELECT count(*) FROM neighbours WHERE kept IS NOT NULL) AS "nearDuplicates",
  (SELECT count(*) FROM pairs) AS pairs,
  (SELECT count(*) FROM negatives) AS negatives, (SELECT count(*) FROM bad_lines) AS "badLines",
  (SELECT count(*) FROM proposals WHERE status = 'pending') AS proposals,
  (SELECT count(*) FROM lessons WHERE review <> 'pending' AND review = 'approved') AS approved,
  (SELECT count(*) FROM lessons WHERE review <> 'pending' AND review = 'rejected') AS rejected`;

async function datasetCounts(ask: Ask): Promise<DatasetCounts> {
  const [row] = await ask(
    `SELECT count(*) AS lessons, count(*) FILTER (WHERE review = 'approved') AS approved,
     count(*) FILTER (WHERE review = 'rejected') AS rejected,
     min(nullif(timestamp, '')) AS oldest, max(nullif(timestamp, '')) AS newest,
     coalesce(sum(length(prompt) + length(response)), 0) AS characters,
     (SELECT count(*) FROM neighbours WHERE kept IS NOT NULL) AS near,
     (SELECT count(*) FROM neighbours) AS valued, (SELECT avg(value) FROM neighbours) AS mean FROM lessons`,
  );
  const byKind = await ask(
    `SELECT kind, count(*) AS lessons FROM lessons GROUP BY kind ORDER BY count(*) DESC, kind COLLATE "C"`,
  );
  return {
    lessons: Number(row?.lessons),
    approved: Number(row?.approved),
    rejected: Number(row?.rejected),
    oldest: typeof row?.oldest === "string" ? row.oldest : null,
    newest: typeof row?.newest === "string" ? row.newest : null,
    characters: Number(row?.characters),
    nearDuplicates: Number(row?.near),
    valued: Number(row?.valued),
    meanValue: row?.mean === null || row?.mean === undefined ? null : Number(row.mean),
    byKind: byKind.map(({ kind, lessons }) => ({ kind: String(kind), lessons: Number(lessons) })),
  };
}

/** The part of a store that is only looked at. */
export type Reads = Pick<
  Store,
  | "lessonsByPrefix"
  | "listLessons"
  | "tallies"
  | "counts"
  | "datasetCounts"
  | "badLines"
  | "places"
  | "proposals"
  | "reviews"
  | "duplicateClusters"
  | "conflicts"
  | "splitKeys"
  | "lessonsWorth"
  | "negatives"
  | "withdrawn"
>;

/** Looks at the store on a PostgreSQL server. */
export function readsOf(ask: Ask): Reads {
  return {
    lessonsByPrefix: async (prefix) =>
      lessonsIn(
        await ask(`${listed} WHERE lessons.id >= $1 AND lessons.id < $2 ORDER BY lessons.id LIMIT 2`, [
          prefix,
          `${prefix}g`,
        ]),
      ),
    listLessons: (limit, search) => listLessons(ask, limit, search),
    tallies: async () =>
      toTallies((await ask("SELECT source, what, reason, count FROM tallies ORDER BY source, reason")).map(plain)),
    async counts() {
      const [row] = await ask(counts);
      return Object.fromEntries(Object.entries(row ?? {}).map(([name, count]) => [name, Number(count)]));
    },
    datasetCounts: () => datasetCounts(ask),
    badLines: async (limit) =>
      (
        await ask(`SELECT file, inode, "offset", bytes, reason, found_at FROM bad_lines ORDER BY seq DESC LIMIT $1`, [
          limit,
        ])
      ).map((row) => toBadLine(plain(row))),
    places: async () => (await ask("SELECT sink, body, saved_at FROM cursors")).map((row) => placeIn(plain(row))),
    proposals: async () =>
      (await ask("SELECT body, status FROM proposals ORDER BY hash"))
        .map(plain)
        .map(({ body, status }) => ({ body: String(body), status: String(status) })),
    reviews: async () =>
      (await ask("SELECT id, review FROM lessons WHERE review <> 'pending'")).map(({ id, review }) => ({
        id: String(id),
        review: toReview(review),
      })),
    duplicateClusters: async () => (await import("../learning/clusters.ts")).clustersOf(allPlaced(ask)),
    conflicts: async () => (await import("../learning/clusters.ts")).conflictsOf(allPlaced(ask)),
    splitKeys: async () => (await import("../learning/linked.ts")).splitKeysOf(allPlaced(ask)),
    lessonsWorth: async (minValue) =>
      (await ask("SELECT id FROM neighbours WHERE value >= $1", [minValue])).map(({ id }) => String(id)),
    negatives: async (after, limit) =>
      (await ask("SELECT * FROM negatives WHERE seq > $1 ORDER BY seq LIMIT $2", [after, limit])).map((row) =>
        toNegative(plain(row)),
      ),
    withdrawn: (ids) => withdrawnAmong(ask, ids),
  };
}
