import { readTime } from "../../base/time.ts";
import type { Draft } from "../lesson.ts";
import type { Reason } from "./reasons.ts";
import type { Turn } from "./shapes.ts";

/** A parsed JSON object: one line of a log. */
export type JsonRecord = { readonly [key: string]: unknown };

/** What one event of a line came to: work to judge, or the reason why it teaches nothing. */
export type Outcome = { readonly draft: Draft } | { readonly rejected: Reason; readonly bad?: true };

/** All that a line says: one outcome per event in it (at least one), and the turn that is open after it. */
export interface Reading {
  readonly outcomes: readonly Outcome[];
  readonly turn: Turn | null;
}

/** One way of writing telemetry. Reading is pure: the same line after the same turn gives the same reading. */
export interface Dialect {
  readonly name: string;
  /** Whether a parsed line is written in this dialect; cheap, it runs for every line. */
  recognises(record: JsonRecord): boolean;
  read(record: JsonRecord, turn: Turn | null): Reading;
}

const made = new Map<string, readonly Outcome[]>();

/** A line that teaches nothing, for one reason; the conversation stays as it is. */
export function reject(reason: Reason, turn: Turn | null): Reading {
  let outcomes = made.get(reason);
  if (!outcomes) {
    outcomes = [{ rejected: reason }];
    made.set(reason, outcomes);
  }
  return { outcomes, turn };
}

/** A line that should not have been written like this. */
export function rejectBad(reason: Reason, turn: Turn | null): Reading {
  return { outcomes: [{ rejected: reason, bad: true }], turn };
}

/** A line with one piece of work. */
export function draftOf(draft: Draft, turn: Turn | null): Reading {
  return { outcomes: [{ draft }], turn };
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
