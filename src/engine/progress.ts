import type { Taken } from "./stores/store.ts";
import type { Batch } from "./telemetry/batch.ts";
import type { Follower } from "./telemetry/tail.ts";

/** What one sink has done since the engine was opened. */
export interface SinkProgress {
  readonly name: string;
  /** Bytes that wait for it; an estimate until `measured`. */
  lagBytes: number;
  /** Whether its cursors are known, so that the lag is measured. */
  measured: boolean;
  /** Bytes of all files it follows, when it last looked. */
  sourceBytes: number;
  events: number;
  bytes: number;
  /** Lessons that were added. */
  lessons: number;
  duplicates: number;
  /** Lessons that were there and were removed because they were withdrawn; they are not taken off `lessons`. */
  withdrawn: number;
  checkpoints: number;
  /** When its last checkpoint was made, ISO 8601; null before the first. */
  checkpointAt: string | null;
  /** Bytes that went away before they were read, by file. */
  readonly lost: Map<string, number>;
  readonly rejected: Map<string, number>;
  readonly bySource: Map<string, SourceProgress>;
  /** Why it waits, or an empty string. */
  waiting: string;
}

/** What one source gave since the engine was opened. */
export interface SourceProgress {
  events: number;
  /** Lessons that were added. */
  lessons: number;
  duplicates: number;
  /** Lessons that were there and were removed because they were withdrawn; they are not taken off `lessons`. */
  withdrawn: number;
  readonly rejected: Map<string, number>;
  /** Bytes of a last line that has no end yet; it waits. */
  unfinishedBytes: number;
}

/** The progress of a sink that has done nothing yet. */
export function startProgress(name: string): SinkProgress {
  const counts = { lagBytes: 0, events: 0, bytes: 0, lessons: 0, duplicates: 0, withdrawn: 0, checkpoints: 0 };
  const unknown = { measured: false, sourceBytes: 0, checkpointAt: null };
  return { name, ...counts, ...unknown, lost: new Map(), rejected: new Map(), bySource: new Map(), waiting: "" };
}

/** Adds to a count by reason. */
export function addTo(counts: Map<string, number>, reason: string, by: number): void {
  const sum = (counts.get(reason) ?? 0) + by;
  if (sum === 0) counts.delete(reason);
  else counts.set(reason, sum);
}

function sourceOf(state: SinkProgress, source: string): SourceProgress {
  let known = state.bySource.get(source);
  if (!known) {
    known = { events: 0, lessons: 0, duplicates: 0, withdrawn: 0, rejected: new Map(), unfinishedBytes: 0 };
    state.bySource.set(source, known);
  }
  return known;
}

/** Counts a batch that a sink has taken. */
export function noteTaken(state: SinkProgress, batch: Batch, taken: Taken): void {
  state.events += batch.events;
  state.bytes += batch.bytes;
  state.lessons += taken.fresh;
  state.duplicates += taken.duplicates;
  state.withdrawn += taken.removed ?? 0;
  state.checkpoints++;
  state.checkpointAt = new Date().toISOString();
  for (const [source, tally] of batch.tallies) {
    const known = sourceOf(state, source);
    known.events += tally.events;
    for (const [reason, by] of tally.rejected) {
      addTo(known.rejected, reason, by);
      addTo(state.rejected, reason, by);
    }
  }
  for (const [source, counts] of taken.bySource ?? []) {
    const known = sourceOf(state, source);
    known.lessons += counts.fresh;
    known.duplicates += counts.duplicates;
    known.withdrawn += counts.removed;
    addTo(known.rejected, "withdrawn", counts.withdrawn);
    addTo(state.rejected, "withdrawn", counts.withdrawn);
  }
}

/** Notes what is left once a sink has taken everything: last lines without an end. */
export function noteSettled(state: SinkProgress, follower: Follower): void {
  state.lagBytes = follower.lagBytes();
  for (const { file, lagBytes } of follower.files()) {
    if (lagBytes > 0 || state.bySource.has(file)) sourceOf(state, file).unfinishedBytes = lagBytes;
  }
}
