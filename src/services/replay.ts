import { closeSync, openSync } from "node:fs";
import { learnLines } from "../engine/learning/learn.ts";
import type { Store } from "../engine/stores/store.ts";
import { addLine, emptyBatch } from "../engine/telemetry/batch.ts";
import { readAt } from "../engine/telemetry/identity.ts";
import { findInode } from "../engine/telemetry/lost.ts";
import type { Plain } from "./action.ts";
import { openSinks } from "./learner.ts";
import type { Stack } from "./stack.ts";

const replayedMax = 10_000_000;

function readLine(file: string, inode: string, offset: number, bytes: number): Buffer | null {
  const where = findInode(file, inode);
  if (where === null || where.size < offset + bytes) return null;
  const fd = openSync(where.file, "r");
  try {
    return readAt(fd, offset, bytes);
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads every bad line again where it stands, and learns from those that are understood now (after an update, or a
 * larger telemetry.maxLineBytes). Lines whose file is gone stay listed.
 */
export async function replayRejected(stack: Stack, store: Store, { signal }: { signal: AbortSignal }): Promise<Plain> {
  const { sinks, close } = await openSinks(stack, store, { rebuildVectors: false, guards: null, signal });
  const counts = { replayed: 0, lessons: 0, duplicates: 0, stillBad: 0, gone: 0 };
  try {
    for (const bad of await store.badLines(replayedMax)) {
      if (signal.aborted) break;
      const oversized = bad.bytes > stack.config.values["telemetry.maxLineBytes"];
      const bytes = oversized ? null : readLine(bad.file, bad.inode, bad.offset, bad.bytes);
      if (bytes === null) {
        counts[oversized ? "stillBad" : "gone"]++;
        continue;
      }
      counts.replayed++;
      const batch = emptyBatch();
      for (const line of learnLines(bytes, bad.offset, bad, null, bad.bytes)) addLine(batch, line, bad.file, bad.inode);
      if (batch.bad.length > 0) {
        counts.stillBad++;
        continue;
      }
      // The line was counted when it was found; now its reason changes, not the number of events.
      const tally = batch.tallies.get(bad.file);
      if (tally) tally.events -= 1;
      tally?.rejected.set(bad.reason, (tally.rejected.get(bad.reason) ?? 0) - 1);
      for (const sink of sinks) {
        const taken = await sink.take(batch, { signal });
        if (sink.name !== "rows") continue;
        counts.lessons += taken.fresh;
        counts.duplicates += taken.duplicates;
      }
      await store.forgetBadLine(bad);
    }
  } finally {
    close();
  }
  return counts;
}
