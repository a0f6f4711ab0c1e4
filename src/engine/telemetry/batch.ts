import type { JsonRecord } from "../learning/formats/dialect.ts";
import type { Reason } from "../learning/formats/reasons.ts";
import type { Learned, LearnedLine } from "../learning/learn.ts";
import type { Address, Lesson, Negative } from "../learning/lesson.ts";
import type { Cursor } from "./cursor.ts";

/** A bad line by its address, and why it is bad. */
export interface BadLine {
  readonly address: Address;
  readonly reason: string;
}

/** What lines came to, by count; what is decided later than its line takes its line's reason back. */
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

/** The better answer to a question whose earlier answers were rejected. */
export interface Chosen {
  /** The names of the rejected answers. */
  readonly negatives: readonly string[];
  readonly response: string;
}

/**
 * What a sink takes at once: lessons, bad lines and counts, with the cursors that are true once it is taken. What is
 * withdrawn is never taught again, whatever else of the batch, or of another one, names it: so the order in which sinks
 * come to hear of it makes no difference.
 */
export interface Batch {
  readonly events: number;
  readonly bytes: number;
  readonly lessons: readonly Lesson[];
  /** Names of lessons that are no more: rejected after they were taught, or taught before their turn was over. */
  readonly withdrawn: readonly string[];
  /** Rejected work; of the same names no lesson may be there. */
  readonly negatives: readonly Negative[];
  readonly chosen: readonly Chosen[];
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
  readonly withdrawn: string[];
  readonly negatives: Negative[];
  readonly chosen: Chosen[];
  readonly bad: BadLine[];
  readonly tallies: Map<string, Tally>;
  readonly tasks: JsonRecord[];
  readonly cursors: Cursor[];
}

/** A batch with nothing in it yet. */
export function emptyBatch(): OpenBatch {
  const outputs = { lessons: [], withdrawn: [], negatives: [], chosen: [], bad: [], tasks: [], cursors: [] };
  return { events: 0, bytes: 0, ...outputs, tallies: new Map() };
}

/** The names that a batch withdraws, rejected ones included. */
export function withdrawnBy({ withdrawn, negatives }: Pick<Batch, "withdrawn" | "negatives">): readonly string[] {
  if (withdrawn.length + negatives.length === 0) return withdrawn;
  return [...new Set([...withdrawn, ...negatives.map(({ id }) => id)])];
}

function tallyOf(batch: OpenBatch, file: string): Tally {
  let tally = batch.tallies.get(file);
  if (!tally) {
    tally = { events: 0, rejected: new Map(), dialects: new Map() };
    batch.tallies.set(file, tally);
  }
  return tally;
}

function dialectOf({ dialects }: Tally, name: string): Counts {
  const dialect = name === "" ? "none" : name;
  let own = dialects.get(dialect);
  if (!own) {
    own = { events: 0, rejected: new Map() };
    dialects.set(dialect, own);
  }
  return own;
}

function addReason({ rejected }: Counts, reason: Reason, by: 1 | -1): void {
  rejected.set(reason, (rejected.get(reason) ?? 0) + by);
}

function addOutcome(batch: OpenBatch, tally: Tally, own: Counts, outcome: Learned): void {
  if (outcome.withdraws !== undefined) batch.withdrawn.push(outcome.withdraws);
  if ("lesson" in outcome) batch.lessons.push(outcome.lesson);
  else {
    addReason(tally, outcome.reason, 1);
    addReason(own, outcome.reason, 1);
    if (outcome.negative) batch.negatives.push(outcome.negative);
    if (outcome.chosen) batch.chosen.push(outcome.chosen);
  }
}

/** Puts one line of a file into a batch. */
export function addLine(batch: OpenBatch, line: LearnedLine, file: string, inode: string): void {
  const tally = tallyOf(batch, file);
  const own = dialectOf(tally, line.dialect);
  batch.bytes += line.bytes;
  if (line.task) batch.tasks.push(line.task);
  for (const outcome of line.outcomes) {
    batch.events++;
    tally.events++;
    own.events++;
    addOutcome(batch, tally, own, outcome);
    if (!("lesson" in outcome) && outcome.bad)
      batch.bad.push({ address: { file, inode, offset: line.offset, bytes: line.bytes }, reason: outcome.reason });
  }
}

/** Puts what a turn of a dialect came to into a batch, in the place of its line's `turn_open`. */
export function addSettled(batch: OpenBatch, outcome: Learned, dialect: string, file: string): void {
  const tally = tallyOf(batch, file);
  const own = dialectOf(tally, dialect);
  addReason(tally, "turn_open", -1);
  addReason(own, "turn_open", -1);
  addOutcome(batch, tally, own, outcome);
}
