import type { JsonRecord } from "../learning/formats/dialect.ts";
import type { LearnedLine } from "../learning/learn.ts";
import type { Address, Lesson } from "../learning/lesson.ts";
import type { Cursor } from "./cursor.ts";

/** A bad line by its address, and why it is bad. */
export interface BadLine {
  readonly address: Address;
  readonly reason: string;
}

/** What lines came to, by count. */
export interface Counts {
  events: number;
  readonly rejected: Map<string, number>;
}

/** What the lines of one file came to, by count, and of them those of each dialect; `none` where none knows them. */
export interface Tally extends Counts {
  readonly dialects: Map<string, Counts>;
}

/** The counts of a file by dialect; what no dialect is known for, if anything, has an empty name. */
export function byDialect({ events, rejected, dialects }: Tally): [dialect: string, counts: Counts][] {
  const rest: Counts = { events, rejected: new Map(rejected) };
  for (const own of dialects.values()) {
    rest.events -= own.events;
    for (const [reason, count] of own.rejected) rest.rejected.set(reason, (rest.rejected.get(reason) ?? 0) - count);
  }
  for (const [reason, count] of rest.rejected) if (count === 0) rest.rejected.delete(reason);
  return rest.events === 0 && rest.rejected.size === 0 ? [...dialects] : [...dialects, ["", rest]];
}

/** What a sink takes at once: lessons, bad lines and counts, with the cursors that are true once it is taken. */
export interface Batch {
  readonly events: number;
  readonly bytes: number;
  readonly lessons: readonly Lesson[];
  readonly bad: readonly BadLine[];
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly tasks: readonly JsonRecord[];
  readonly cursors: readonly Cursor[];
  /** Whether it is only tried, to find what is refused: a sink that counts keeps nothing of it. */
  readonly trial?: boolean;
}

/** A batch while lines are still put into it. */
export interface OpenBatch {
  events: number;
  bytes: number;
  readonly lessons: Lesson[];
  readonly bad: BadLine[];
  readonly tallies: Map<string, Tally>;
  readonly tasks: JsonRecord[];
  readonly cursors: Cursor[];
}

/** A batch with nothing in it yet. */
export function emptyBatch(): OpenBatch {
  return { events: 0, bytes: 0, lessons: [], bad: [], tallies: new Map(), tasks: [], cursors: [] };
}

/** Puts one line of a file into a batch. */
export function addLine(batch: OpenBatch, line: LearnedLine, file: string, inode: string): void {
  let tally = batch.tallies.get(file);
  if (!tally) {
    tally = { events: 0, rejected: new Map(), dialects: new Map() };
    batch.tallies.set(file, tally);
  }
  const dialect = line.dialect === "" ? "none" : line.dialect;
  let own = tally.dialects.get(dialect);
  if (!own) {
    own = { events: 0, rejected: new Map() };
    tally.dialects.set(dialect, own);
  }
  batch.bytes += line.bytes;
  if (line.task) batch.tasks.push(line.task);
  for (const outcome of line.outcomes) {
    batch.events++;
    tally.events++;
    own.events++;
    if ("lesson" in outcome) batch.lessons.push(outcome.lesson);
    else {
      for (const counts of [tally, own])
        counts.rejected.set(outcome.reason, (counts.rejected.get(outcome.reason) ?? 0) + 1);
      if (outcome.bad)
        batch.bad.push({ address: { file, inode, offset: line.offset, bytes: line.bytes }, reason: outcome.reason });
    }
  }
}
