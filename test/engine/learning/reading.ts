import { learnLines, settleTurn } from "../../../src/engine/learning/learn.ts";
import type { Lesson } from "../../../src/engine/learning/lesson.ts";

/** What a file taught by its end, as `learn --once` sees it. */
export interface Read {
  readonly lessons: readonly Lesson[];
  readonly reasons: readonly string[];
  readonly dialects: readonly string[];
  readonly negatives: number;
  /** The dialects of the conversations that were open at the end. */
  readonly open: readonly string[];
}

/** Reads text or records as the lines of one file, and settles what is open at its end. */
export function readFile(lines: string | readonly unknown[]): Read {
  const text = typeof lines === "string" ? lines : lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const origin = { file: "f", inode: "1:1" };
  const read = learnLines(Buffer.from(text), 0, origin, [], 8 << 20);
  const settled = (read.at(-1)?.turns ?? []).flatMap((turn) => settleTurn(turn, origin)?.learned ?? []);
  const outcomes = [...read.flatMap((line) => line.outcomes), ...settled];
  return {
    lessons: outcomes.flatMap((one) => ("lesson" in one ? [one.lesson] : [])),
    reasons: outcomes.flatMap((one) => ("reason" in one ? [one.reason] : [])),
    dialects: read.map(({ dialect }) => dialect),
    open: (read.at(-1)?.turns ?? []).map(({ dialect }) => dialect),
    negatives: outcomes.filter((one) => "negative" in one && one.negative !== undefined).length,
  };
}
