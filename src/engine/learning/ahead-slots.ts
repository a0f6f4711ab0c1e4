import type { MessagePort } from "node:worker_threads";
import type { Turn } from "./formats/shapes.ts";
import type { Origin } from "./learn.ts";
import type { PackedRun } from "./packed-run.ts";

/** What one slot of the memory that both threads see says about the run asked for in it. */
export const slotState = { free: 0, asked: 1, working: 2, done: 3, calledOff: 4 } as const;

/** What the thread that learns ahead is started with. */
export interface AheadSetup {
  readonly slots: Int32Array;
  /** Where it is asked, and answers. */
  readonly port: MessagePort;
  /** Bytes read at a time. */
  readonly chunkBytes: number;
  readonly maxLineBytes: number;
}

/** Where a run of whole lines begins: a place in an open file, after a conversation. */
export interface Place {
  readonly fd: number;
  readonly offset: number;
  readonly origin: Origin;
  readonly turn: Turn | null;
}

/** The next run of a chain, asked for; the first of a chain says where it begins, the others follow on it. */
export interface Learn {
  readonly slot: number;
  readonly chain: number;
  readonly place: Place | null;
}

/** What was learned for a slot; null where nothing could be read. */
export interface LearnedAhead {
  readonly slot: number;
  readonly run: PackedRun | null;
}

/** Whether a thread was started to learn ahead. */
export function isAheadSetup(value: unknown): value is AheadSetup {
  return typeof value === "object" && value !== null && "slots" in value && value.slots instanceof Int32Array;
}
