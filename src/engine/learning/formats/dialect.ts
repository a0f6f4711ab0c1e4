import type { Draft } from "../lesson.ts";

/** A parsed JSON object: one line of a log. */
export type JsonRecord = { readonly [key: string]: unknown };

/** A conversation that is still open at the end of a line; saved with the cursor, so it must stay plain JSON. */
export interface Turn {
  readonly dialect: string;
  readonly prompt: string;
  readonly response: string;
  readonly startedAt: string;
  readonly model: string;
  readonly steps: number;
  readonly failures: number;
  /** Whether the last tool of the turn failed. */
  readonly failing: boolean;
}

/** What one event of a line came to: work to judge, or the reason why it teaches nothing. */
export type Outcome = { readonly draft: Draft } | { readonly rejected: string; readonly bad?: true };

/** All that a line says: one outcome per event in it (at least one), and the turn that is open after it. */
export interface Reading {
  readonly outcomes: readonly Outcome[];
  readonly turn: Turn | null;
}

/** One way of writing telemetry. Reading is pure: the same line after the same turn gives the same reading. */
export interface Dialect {
  readonly name: string;
  /** Whether a parsed line is written in this dialect; must be cheap, it runs for every line. */
  recognises(record: JsonRecord): boolean;
  read(record: JsonRecord, turn: Turn | null): Reading;
}
