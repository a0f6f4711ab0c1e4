import { type Lesson, type LessonKind, lessonKinds, type Negative } from "../learning/lesson.ts";
import type { Row } from "./cursor-rows.ts";
import type { ListedBadLine, ListedLesson, Review, VectorModel } from "./listed.ts";

const kinds: ReadonlySet<string> = new Set(lessonKinds);

function isKind(word: string): word is LessonKind {
  return kinds.has(word);
}

function numbers(text: unknown): Record<string, number> {
  const value: unknown = JSON.parse(String(text));
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, one]) => [name, Number(one)]));
}

/** The lesson in a row. */
export function toLesson(row: Row): Lesson {
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
    feedback: row.feedback === null ? null : Number(row.feedback) > 0 ? 1 : Number(row.feedback) < 0 ? -1 : 0,
    origin: { file: String(row.file), inode: String(row.inode), offset: Number(row.offset), bytes: Number(row.bytes) },
  };
}

/** The rejected work in a row, with its number. */
export function toNegative(row: Row): Negative & { readonly seq: number } {
  // What is learned of work that is good is not kept of rejected work.
  const lesson = toLesson({ ...row, iterations: 1, success_metrics: "{}", feedback: null });
  return { ...lesson, chosen: String(row.chosen), seq: Number(row.seq) };
}

/** The review a word stands for; any other word is `pending`. */
export function toReview(word: unknown): Review {
  return word === "approved" || word === "rejected" ? word : "pending";
}

function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : read(value);
}

/** The listed lesson in a row of lessons joined with their measurement. */
export function toListed(row: Row): ListedLesson {
  return {
    ...toLesson(row),
    review: toReview(row.review),
    value: orNull(row.value, Number),
    nearest: orNull(row.nearest, String),
    similarity: orNull(row.similarity, Number),
  };
}

/** The bad line in a row. */
export function toBadLine(row: Row): ListedBadLine {
  return {
    file: String(row.file),
    inode: String(row.inode),
    offset: Number(row.offset),
    bytes: Number(row.bytes),
    reason: String(row.reason),
    foundAt: String(row.found_at),
  };
}

/** The model of the vectors, from the fact that names it. */
export function toModel(fact: unknown): VectorModel | null {
  if (typeof fact !== "string") return null;
  const [dimensions = "0", ...label] = fact.split(" ");
  return { dimensions: Number(dimensions), label: label.join(" ") };
}

/** The fact that names a model. */
export function modelFact({ label, dimensions }: VectorModel): string {
  return `${dimensions} ${label}`;
}

/** The words of a search: runs of letters and digits. */
export function searchWords(search: string): readonly string[] {
  return search.match(/[\p{L}\p{N}]+/gu) ?? [];
}
