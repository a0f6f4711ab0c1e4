import type { Batch } from "../telemetry/batch.ts";
import type { Cursor } from "../telemetry/cursor.ts";

/** The sinks of the embedded store. */
export const sinkNames = ["rows", "dataset", "vectors", "neighbours"] as const;

/** How many of them, from the first on, are never put off; their backlog is the one that counts. */
export const essentialSinks = 2;

/** What a sink did with a batch. */
export interface Taken {
  /** Lessons that were not there before. */
  readonly fresh: number;
  readonly duplicates: number;
  /** The same by source, where the sink counts them. */
  readonly bySource?: ReadonlyMap<string, { readonly fresh: number; readonly duplicates: number }>;
}

/** Somewhere lessons go: a function and a cursor. Taking the same batch twice leaves the same as taking it once. */
export interface Sink {
  readonly name: string;
  /** Whether it may be put off while the backlog is too large. */
  readonly optional: boolean;
  /** The cursors saved so far; a damaged one is named by an event and replaced by its previous copy. */
  load(): readonly Cursor[];
  /**
   * Keeps the outputs of a batch and then its cursors, durably. Fails with `full` or `silent` when it is worth trying
   * again, with `refused` when a lesson of the batch cannot be kept, ever.
   */
  take(batch: Batch, options: { readonly signal: AbortSignal }): Promise<Taken>;
}
