import type { Lesson, LessonKind } from "../learning/lesson.ts";
import type { Embedded, Row } from "./sqlite.ts";

const kinds: ReadonlySet<string> = new Set<LessonKind>([
  "task_completion",
  "error_resolution",
  "inference",
  "agent_step",
  "conversation",
  "span",
]);

function isKind(word: string): word is LessonKind {
  return kinds.has(word);
}

function numbers(text: unknown): Record<string, number> {
  const value: unknown = JSON.parse(String(text));
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, one]) => [name, Number(one)]));
}

function toLesson(row: Row): Lesson {
  const kind = String(row.kind);
  return {
    id: String(row.id),
    patternId: String(row.pattern_id),
    kind: isKind(kind) ? kind : "inference",
    prompt: String(row.prompt),
    response: String(row.response),
    backend: String(row.backend),
    iterations: Number(row.iterations),
    timestamp: String(row.timestamp),
    successMetrics: numbers(row.success_metrics),
    outcome: "success",
    feedback: row.feedback === null ? null : Number(row.feedback) > 0 ? 1 : Number(row.feedback) < 0 ? -1 : 0,
    origin: { file: String(row.file), inode: String(row.inode), offset: Number(row.offset), bytes: Number(row.bytes) },
  };
}

/** The state of a person's review of a lesson. */
export type Review = "pending" | "approved" | "rejected";

/** A lesson as it is listed: with its review, and its value and nearest neighbour once they are measured. */
export interface ListedLesson extends Lesson {
  readonly review: Review;
  readonly value: number | null;
  readonly nearest: string | null;
  readonly similarity: number | null;
}

function toListed(row: Row): ListedLesson {
  const review = String(row.review);
  return {
    ...toLesson(row),
    review: review === "approved" || review === "rejected" ? review : "pending",
    value: row.value === null || row.value === undefined ? null : Number(row.value),
    nearest: row.nearest === null || row.nearest === undefined ? null : String(row.nearest),
    similarity: row.similarity === null || row.similarity === undefined ? null : Number(row.similarity),
  };
}

const listed = `SELECT lessons.*, neighbours.value, neighbours.nearest, neighbours.similarity
  FROM lessons LEFT JOIN neighbours USING (id)`;

/** A lesson by its whole id, or null. */
export function findLesson(store: Embedded, id: string): Lesson | null {
  const row = store.get("SELECT * FROM lessons WHERE id = ?", id);
  return row ? toLesson(row) : null;
}

/** The lessons whose id begins with a prefix, at most two: one is the lesson meant, two say the prefix is too short. */
export function lessonsByPrefix(store: Embedded, prefix: string): ListedLesson[] {
  return store.all(`${listed} WHERE lessons.id >= ? AND lessons.id < ? LIMIT 2`, prefix, `${prefix}g`).map(toListed);
}

/** Lessons, newest first; `search` are words that must all occur in prompt or response. */
export function listLessons(store: Embedded, limit: number, search: string | null): ListedLesson[] {
  if (search === null) return store.all(`${listed} ORDER BY seq DESC LIMIT ?`, limit).map(toListed);
  const words = search.match(/[\p{L}\p{N}]+/gu);
  if (words === null) return [];
  const query = words.map((word) => `"${word}"`).join(" AND ");
  return store
    .all(
      `${listed} WHERE seq IN (SELECT rowid FROM lessons_text WHERE lessons_text MATCH ? ORDER BY rank LIMIT ?)`,
      query,
      limit,
    )
    .map(toListed);
}

/** What one source has given since the store was made. */
export interface SourceTally {
  events: number;
  lessons: number;
  duplicates: number;
  readonly rejected: Record<string, number>;
}

/** The counts of every source. */
export function readTallies(store: Embedded): Record<string, SourceTally> {
  const bySource: Record<string, SourceTally> = {};
  for (const row of store.all("SELECT source, what, reason, count FROM tallies ORDER BY source, reason")) {
    const source = String(row.source);
    bySource[source] ??= { events: 0, lessons: 0, duplicates: 0, rejected: {} };
    const tally = bySource[source];
    const count = Number(row.count);
    if (row.what === "rejected") tally.rejected[String(row.reason)] = count;
    else if (row.what === "events") tally.events = count;
    else if (row.what === "lessons") tally.lessons = count;
    else if (row.what === "duplicates") tally.duplicates = count;
  }
  return bySource;
}

/**
 * How many there are of each thing the store keeps. Rows of these tables are only ever added, or all removed, and
 * numbered from 1, so the last number is the count: a status must not read whole tables.
 */
export function readCounts(store: Embedded): Readonly<Record<string, number>> {
  const row = store.get(
    `SELECT (SELECT coalesce(max(seq), 0) FROM lessons) AS lessons, (SELECT coalesce(max(key), 0) FROM vectors) AS vectors,
     (SELECT coalesce(max(key), 0) FROM neighbours) AS measured,
     (SELECT count(*) FROM neighbours WHERE value >= 0.7) AS highValue,
     (SELECT count(*) FROM neighbours WHERE similarity >= 0.8) AS nearDuplicates,
     (SELECT coalesce(max(key), 0) FROM pairs) AS pairs, (SELECT count(*) FROM bad_lines) AS badLines,
     (SELECT count(*) FROM proposals WHERE status = 'pending') AS proposals,
     (SELECT count(*) FROM lessons WHERE review <> 'pending' AND review = 'approved') AS approved,
     (SELECT count(*) FROM lessons WHERE review <> 'pending' AND review = 'rejected') AS rejected`,
  );
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, count]) => [name, Number(count)]));
}

/** The addresses of bad lines, newest first. */
export function listBadLines(store: Embedded, limit: number) {
  return store
    .all("SELECT file, inode, offset, bytes, reason, found_at FROM bad_lines ORDER BY seq DESC LIMIT ?", limit)
    .map((row) => ({
      file: String(row.file),
      inode: String(row.inode),
      offset: Number(row.offset),
      bytes: Number(row.bytes),
      reason: String(row.reason),
      foundAt: String(row.found_at),
    }));
}

/** Where every sink stands in every file, by inode: the newest saved copy, checked elsewhere when it matters. */
export function readPlaces(store: Embedded) {
  return store.all("SELECT sink, body, saved_at FROM cursors").map((row) => {
    const body: unknown = JSON.parse(String(row.body));
    const field = (name: string) =>
      (typeof body === "object" && body !== null ? Object.entries(body) : []).find(([key]) => key === name)?.[1];
    return {
      sink: String(row.sink),
      savedAt: String(row.saved_at),
      inode: String(field("inode")),
      file: String(field("file")),
      offset: Number(field("offset")),
    };
  });
}
