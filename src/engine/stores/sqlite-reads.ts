import type { Lesson } from "../learning/lesson.ts";
import { searchWords, toBadLine, toLesson, toListed, toModel, toNegative, toReview } from "./lesson-rows.ts";
import type { DatasetCounts, ListedLesson, VectorModel } from "./listed.ts";
import { placeIn } from "./place-row.ts";
import type { Embedded } from "./sqlite.ts";
import { idText, keyOf, keysFrom } from "./sqlite-names.ts";
import { allPlaced } from "./sqlite-placed.ts";
import { searchText } from "./sqlite-text.ts";
import { withdrawnAmong } from "./sqlite-withdrawn.ts";
import type { Store } from "./store.ts";
import { toTallies } from "./tally-rows.ts";

const listed = `SELECT lessons.*, ${idText()} AS id, neighbours.value, ${idText("near")} AS nearest, neighbours.similarity
  FROM lessons JOIN names ON names.key = lessons.id LEFT JOIN neighbours ON neighbours.id = lessons.id
  LEFT JOIN names AS near ON near.key = neighbours.nearest`;

/** A lesson by its whole id, or null. */
export function findLesson(store: Embedded, id: string): Lesson | null {
  const row = store.get("SELECT * FROM lessons WHERE id = ?", keyOf(store, id));
  return row ? toLesson({ ...row, id }) : null;
}

function listLessons(store: Embedded, limit: number, search: string | null): ListedLesson[] {
  if (search === null) return store.all(`${listed} ORDER BY seq DESC LIMIT ?`, limit).map(toListed);
  const words = searchWords(search);
  if (words.length === 0) return [];
  const query = words.map((word) => `"${word}"`).join(" AND ");
  const found = searchText(store, query, limit);
  return store
    .all(`${listed} WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC`, JSON.stringify(found))
    .map(toListed);
}

function byPrefix(store: Embedded, prefix: string): ListedLesson[] {
  const keys = keysFrom(store, prefix);
  return keys.flatMap((key) => store.all(`${listed} WHERE names.key = ?`, key).map(toListed)).slice(0, 2);
}

// Each of these tables has an index of its small keys, which is all that counting reads.
function readCounts(store: Embedded): Readonly<Record<string, number>> {
  const row = store.get(
    `SELECT (SELECT count(*) FROM lessons) AS lessons, (SELECT count(*) FROM vectors) AS vectors,
     (SELECT count(*) FROM neighbours) AS measured,
     (SELECT count(*) FROM neighbours WHERE value >= 0.7) AS highValue,
     (SELECT count(*) FROM neighbours WHERE kept IS NOT NULL) AS nearDuplicates,
     (SELECT count(*) FROM pairs) AS pairs, (SELECT count(*) FROM negatives) AS negatives, (SELECT count(*) FROM bad_lines) AS badLines,
     (SELECT count(*) FROM proposals WHERE status = 'pending') AS proposals,
     (SELECT count(*) FROM lessons WHERE review <> 'pending' AND review = 'approved') AS approved,
     (SELECT count(*) FROM lessons WHERE review <> 'pending' AND review = 'rejected') AS rejected`,
  );
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, count]) => [name, Number(count)]));
}

function datasetCounts(store: Embedded): DatasetCounts {
  const row = store.get(
    `SELECT count(*) AS lessons, coalesce(sum(review = 'approved'), 0) AS approved,
     coalesce(sum(review = 'rejected'), 0) AS rejected,
     min(nullif(timestamp, '')) AS oldest, max(nullif(timestamp, '')) AS newest,
     coalesce(sum(length(prompt) + length(response)), 0) AS characters FROM lessons`,
  );
  const near = store.get("SELECT count(*) AS n FROM neighbours WHERE kept IS NOT NULL");
  const measured = store.get("SELECT count(*) AS n, avg(value) AS mean FROM neighbours");
  const byKind = store.all("SELECT kind, count(*) AS lessons FROM lessons GROUP BY kind ORDER BY lessons DESC, kind");
  return {
    lessons: Number(row?.lessons),
    approved: Number(row?.approved),
    rejected: Number(row?.rejected),
    oldest: typeof row?.oldest === "string" ? row.oldest : null,
    newest: typeof row?.newest === "string" ? row.newest : null,
    characters: Number(row?.characters),
    nearDuplicates: Number(near?.n),
    valued: Number(measured?.n),
    meanValue: typeof measured?.mean === "number" ? measured.mean : null,
    byKind: byKind.map(({ kind, lessons }) => ({ kind: String(kind), lessons: Number(lessons) })),
  };
}

/** The model of the vectors that are kept, or null where there are none. */
export function vectorModel(store: Embedded): VectorModel | null {
  return toModel(store.get("SELECT value FROM facts WHERE name = 'embedder'")?.value);
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

/** Looks at the embedded store. */
export function readsOf(store: Embedded): Reads {
  return {
    lessonsByPrefix: async (prefix) => byPrefix(store, prefix),
    listLessons: async (limit, search) => listLessons(store, limit, search),
    tallies: async () =>
      toTallies(store.all("SELECT source, what, reason, count FROM tallies ORDER BY source, reason")),
    counts: async () => readCounts(store),
    datasetCounts: async () => datasetCounts(store),
    badLines: async (limit) =>
      store
        .all("SELECT file, inode, offset, bytes, reason, found_at FROM bad_lines ORDER BY seq DESC LIMIT ?", limit)
        .map(toBadLine),
    places: async () => store.all("SELECT sink, body, saved_at FROM cursors").map(placeIn),
    proposals: async () =>
      store
        .all("SELECT body, status FROM proposals ORDER BY hash")
        .map(({ body, status }) => ({ body: String(body), status: String(status) })),
    reviews: async () =>
      store
        .all(
          `SELECT ${idText()} AS id, review FROM lessons JOIN names ON names.key = lessons.id
           WHERE review <> 'pending'`,
        )
        .map(({ id, review }) => ({ id: String(id), review: toReview(review) })),
    duplicateClusters: async () => (await import("../learning/clusters.ts")).clustersOf(allPlaced(store)),
    conflicts: async () => (await import("../learning/clusters.ts")).conflictsOf(allPlaced(store)),
    splitKeys: async () => (await import("../learning/linked.ts")).splitKeysOf(allPlaced(store)),
    lessonsWorth: async (minValue) =>
      store
        .all(
          `SELECT ${idText()} AS id FROM neighbours JOIN names ON names.key = neighbours.id WHERE value >= ?`,
          minValue,
        )
        .map(({ id }) => String(id)),
    negatives: async (after, limit) =>
      store
        .all(
          `SELECT negatives.*, ${idText()} AS id FROM negatives JOIN names ON names.key = negatives.id
           WHERE seq > ? ORDER BY seq LIMIT ?`,
          after,
          limit,
        )
        .map(toNegative),
    withdrawn: async (ids) => withdrawnAmong(store, ids),
  };
}
