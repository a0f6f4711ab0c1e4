import type { Form } from "./form.ts";
import type { Lesson } from "./lesson.ts";
import { lessonForm } from "./lesson-words.ts";
import { nearDuplicate } from "./similar.ts";
import { appraise, noveltyWorth } from "./value.ts";

/** What makes one lesson better than another, whoever came first. */
export interface Rank {
  /** Its value but for novelty, which depends on what came before it. */
  readonly merit: number;
  /** When it was made, in milliseconds since 1970; null where nobody knows, which is later than any time. */
  readonly bornMs: number | null;
  readonly id: string;
}

/** A lesson as near-duplicates are told by: measured, and kept or put to the one that is. */
export interface Placed extends Rank {
  readonly key: number;
  readonly form: Form;
  merit: number;
  bornMs: number | null;
  /** What being all new adds to its merit. */
  readonly worth: number;
  /** The nearest of the earlier lessons that were new when they came, and how much they share. */
  nearest: string | null;
  similarity: number;
  /** A kept lesson that it is a near-duplicate of; null where it is kept itself. */
  kept: string | null;
}

/** Measures a lesson, as if it were the only one. */
export function placedLesson(lesson: Lesson, key: number): Placed {
  const merit = appraise(lesson, 0).value ?? 0;
  const born = Date.parse(lesson.timestamp);
  const bornMs = Number.isNaN(born) ? null : born;
  return {
    key,
    id: lesson.id,
    form: lessonForm(lesson),
    merit,
    bornMs,
    worth: noveltyWorth(lesson),
    nearest: null,
    similarity: 0,
    kept: null,
  };
}

/** The value of a placed lesson, 0 to 1. */
export function placedValue({ merit, worth, similarity }: Placed): number {
  return Math.min(1, merit + worth * (1 - similarity));
}

/** Whether it was new when it came: nothing before it shares so much that it would be a near-duplicate. */
export function isNew({ similarity }: Placed): boolean {
  return similarity < nearDuplicate;
}

/** Orders lessons, the best first: by merit, then the oldest, then by id. */
export function byRank(a: Rank, b: Rank): number {
  if (a.merit !== b.merit) return b.merit - a.merit;
  if (a.bornMs !== b.bornMs) return (a.bornMs ?? Number.POSITIVE_INFINITY) - (b.bornMs ?? Number.POSITIVE_INFINITY);
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
