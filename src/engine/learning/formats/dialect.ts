import { readTime } from "../../base/time.ts";
import type { ByteRange, Draft } from "../lesson.ts";
import type { Reason } from "./reasons.ts";
import type { Turns } from "./shapes.ts";

/** A parsed JSON object: one line of a log. */
export type JsonRecord = { readonly [key: string]: unknown };

/** Work to judge, with the bytes it came from where those are more than its line. */
export interface Work {
  readonly draft: Draft;
  /** Whether its words were redacted when they came in. */
  readonly isClean?: boolean;
  readonly range?: ByteRange;
  /** The words of a rejected turn: kept as a negative, never taught. */
  readonly rejected?: boolean;
  /** Of a rejected answer: the accepted one, where the same line tells it. */
  readonly chosen?: string;
  /** What was taught of the same turn before, and is withdrawn now. */
  readonly replaces?: string;
  /** Names of rejected answers to the same question: this one is the better answer, and no lesson of its own. */
  readonly corrects?: readonly string[];
}

/** What one event of a line came to: work to judge, or the reason why it teaches nothing. */
export type Outcome = Work | { readonly reason: Reason; readonly bad?: true; readonly replaces?: string };

/** All that a line says: one outcome per event in it (at least one), and the turns that are open after it. */
export interface Reading {
  readonly outcomes: readonly Outcome[];
  readonly turns: Turns;
}

/** One way of writing telemetry. Reading is pure: the same line after the same turns gives the same reading. */
export interface Dialect {
  readonly name: string;
  /** Whether a parsed line is written in this dialect; cheap, it runs for every line. */
  recognises(record: JsonRecord): boolean;
  /** Reads a line that takes these bytes of its file. */
  read(record: JsonRecord, turns: Turns, line: ByteRange): Reading;
}

/** No conversation is open. */
export const noTurns: Turns = [];

const made = new Map<Reason, readonly Outcome[]>();

/** A line that teaches nothing, for one reason; the conversations stay as they are. */
export function reject(reason: Reason, turns: Turns): Reading {
  let outcomes = made.get(reason);
  if (!outcomes) {
    outcomes = [{ reason }];
    made.set(reason, outcomes);
  }
  return { outcomes, turns };
}

/** A line that should not have been written like this. */
export function rejectBad(reason: Reason, turns: Turns): Reading {
  return { outcomes: [{ reason, bad: true }], turns };
}

/** A line with one piece of work. */
export function draftOf(draft: Draft, turns: Turns): Reading {
  return { outcomes: [{ draft }], turns };
}

/** The name of the event a line reports: `event`, or `event_type`, whichever the producer writes. */
export function eventName(record: JsonRecord): string | null {
  if (typeof record.event === "string") return record.event;
  return typeof record.event_type === "string" ? record.event_type : null;
}

/** A time as ISO 8601 in UTC, however the producer wrote it; empty where it is none. */
export function isoTime(value: unknown): string {
  if (value === lastTime.value) return lastTime.iso;
  lastTime = { value, iso: readTime(value) };
  return lastTime.iso;
}

// Within one line the same time is asked for more than once.
let lastTime: { readonly value: unknown; readonly iso: string } = { value: undefined, iso: "" };

/** The user's verdict as -1, 0 or 1; null when none was given. */
export function verdict(value: number | null | undefined): -1 | 0 | 1 | null {
  if (value === null || value === undefined) return null;
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}
