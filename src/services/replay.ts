import { Failure } from "../engine/errors.ts";
import type { Aliases } from "../engine/learning/aliases.ts";
import { noTurns } from "../engine/learning/formats/dialect.ts";
import { learnLines, settleTurn } from "../engine/learning/learn.ts";
import { forgetRefusals, readRefusals } from "../engine/refusals.ts";
import type { Refusal } from "../engine/shapes.ts";
import type { Sink, Store } from "../engine/stores/store.ts";
import { addLine, addSettled, emptyBatch } from "../engine/telemetry/batch.ts";
import type { Plain } from "./action.ts";
import { type OpenSinks, openSinks } from "./learner.ts";
import { readLine } from "./rejected.ts";
import type { Stack } from "./stack.ts";

const replayedMax = 10_000_000;

// A refused lesson is read again where its line stands, and offered to the sink that refused it.
async function offerAgain(
  refusal: Refusal,
  sink: Sink,
  aliases: Aliases,
  signal: AbortSignal,
): Promise<"taken" | "refused" | "gone"> {
  const bytes = await readLine(refusal);
  if (bytes === null) return "gone";
  const batch = emptyBatch();
  const lines = learnLines(bytes, refusal.offset, refusal, noTurns, refusal.bytes, aliases);
  for (const line of lines) addLine(batch, line, refusal.file, refusal.inode);
  // The bytes of a turn end with its answer.
  for (const turn of lines.at(-1)?.turns ?? []) {
    const settled = settleTurn(turn, refusal, aliases);
    if (settled) addSettled(batch, settled.learned, turn.dialect, refusal.file);
  }
  const lessons = batch.lessons.filter(({ id }) => id === refusal.lesson);
  if (lessons.length === 0) return "gone";
  try {
    // Its line was counted when it was refused; now it is a lesson instead.
    const rejected = new Map([[`refused_by_${sink.name}`, -1]]);
    const tallies = new Map([[refusal.file, { events: 0, rejected, dialects: new Map() }]]);
    await sink.take({ ...emptyBatch(), lessons, tallies }, { signal });
    return "taken";
  } catch (error) {
    if (error instanceof Failure && error.code === "refused") return "refused";
    throw error;
  }
}

async function replayRefused(home: string, { sinks, aliases }: OpenSinks, signal: AbortSignal) {
  const counts = { taken: 0, stillRefused: 0, gone: 0 };
  for (const refusal of readRefusals(home)) {
    const sink = sinks.find(({ name }) => name === refusal.sink);
    if (signal.aborted || sink === undefined) break;
    const result = await offerAgain(refusal, sink, aliases, signal);
    if (result === "taken") await forgetRefusals(home, [refusal]);
    counts[result === "refused" ? "stillRefused" : result]++;
  }
  return counts;
}

/**
 * Reads every bad line again where it stands, and learns from those that are understood now (after an update, or a
 * larger telemetry.maxLineBytes); offers refused lessons to their sinks again. What is gone stays listed.
 */
export async function replayRejected(stack: Stack, store: Store, { signal }: { signal: AbortSignal }): Promise<Plain> {
  const open = await openSinks(stack, store, { rebuildVectors: false, guards: null, signal });
  const { sinks, aliases, close } = open;
  const counts = { replayed: 0, lessons: 0, duplicates: 0, stillBad: 0, gone: 0 };
  try {
    for (const bad of await store.badLines(replayedMax)) {
      if (signal.aborted) break;
      const oversized = bad.bytes > stack.config.values["telemetry.maxLineBytes"];
      const bytes = oversized ? null : await readLine(bad);
      if (bytes === null) {
        counts[oversized ? "stillBad" : "gone"]++;
        continue;
      }
      counts.replayed++;
      const batch = emptyBatch();
      for (const line of learnLines(bytes, bad.offset, bad, noTurns, bad.bytes, aliases))
        addLine(batch, line, bad.file, bad.inode);
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
    return { ...counts, refused: await replayRefused(stack.config.home, open, signal) };
  } finally {
    close();
  }
}
