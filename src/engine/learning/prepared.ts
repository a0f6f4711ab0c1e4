import type { Lesson } from "./lesson.ts";

/** What is made of many lessons for the sinks that take them, side by side: one long array for each thing. */
export interface Prepared {
  /** Lexical vectors, signatures and bands, so many numbers a lesson. */
  readonly vectors: Float32Array;
  readonly bins: Uint32Array;
  readonly bands: Float64Array;
  /** Reusability and complexity, two numbers a lesson. */
  readonly merits: Float64Array;
  /** The dataset's lines, each with its newline, and where each ends. */
  readonly pairs: Uint8Array;
  readonly pairEnds: Uint32Array;
}

const known = new WeakMap<object, { readonly all: Prepared; readonly index: number }>();

/** Keeps what was made of a lesson for as long as the lesson itself is kept. */
export function keepPrepared(lesson: Lesson, all: Prepared, index: number): void {
  known.set(lesson, { all, index });
}

/** The part of one long array that belongs to a lesson, or null where nothing was made of it. */
export function preparedPart<T>(lesson: object, part: (all: Prepared, index: number) => T): T | null {
  const found = known.get(lesson);
  return found === undefined ? null : part(found.all, found.index);
}
