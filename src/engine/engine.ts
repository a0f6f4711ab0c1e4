import type { Config } from "./config.ts";
import { Failure, messageOf } from "./errors.ts";
import type { Emit } from "./events.ts";
import { openLearnMemory } from "./learning/learn.ts";
import { pause } from "./pause.ts";
import type { Sink } from "./stores/store.ts";
import { isPaused } from "./telemetry/backlog.ts";
import type { Batch } from "./telemetry/batch.ts";
import { coveredBy, discover } from "./telemetry/sources.ts";
import { type Follower, openFollower } from "./telemetry/tail.ts";

/** What one sink has done since the engine was opened. */
export interface SinkProgress {
  readonly name: string;
  lagBytes: number;
  events: number;
  bytes: number;
  lessons: number;
  duplicates: number;
  checkpoints: number;
  readonly rejected: Map<string, number>;
  readonly bySource: Map<string, SourceProgress>;
  /** Why it waits, or an empty string. */
  waiting: string;
}

/** What one source gave since the engine was opened. */
export interface SourceProgress {
  events: number;
  lessons: number;
  duplicates: number;
  readonly rejected: Map<string, number>;
  /** Bytes of a last line that has no end yet; it waits. */
  unfinishedBytes: number;
}

/** The learning engine: one loop per sink over the same files. Opening it starts nothing. */
export interface Engine {
  readonly progress: readonly SinkProgress[];
  readonly paused: () => boolean;
  /** Learns until everything is taken (`once`) or the signal asks to stop; fails with what stopped it. */
  run(options: { readonly once: boolean; readonly signal: AbortSignal }): Promise<void>;
}

/** What the engine works on. */
export interface EngineOptions {
  readonly config: Config;
  readonly patterns: readonly string[];
  readonly sinks: readonly Sink[];
  readonly emit: Emit;
}

const firstRetryMs = 200;
const lastRetryMs = 30_000;

function startProgress(name: string): SinkProgress {
  const counts = { lagBytes: 0, events: 0, bytes: 0, lessons: 0, duplicates: 0, checkpoints: 0 };
  return { name, ...counts, rejected: new Map(), bySource: new Map(), waiting: "" };
}

function add(counts: Map<string, number>, reason: string, by: number): void {
  counts.set(reason, (counts.get(reason) ?? 0) + by);
}

/** Opens the engine; fails when a sink's cursors cannot be read. */
export function openEngine({ config, patterns, sinks, emit }: EngineOptions): Engine {
  const memory = openLearnMemory(sinks.length, config.values["telemetry.maxLineBytes"]);
  const progress = sinks.map(({ name }) => startProgress(name));
  let paused = false;

  const weigh = () => {
    const backlogBytes = Math.max(
      0,
      ...progress.filter((_, index) => sinks[index]?.optional === false).map(({ lagBytes }) => lagBytes),
    );
    const now = isPaused(paused, backlogBytes, config.values);
    if (now !== paused) emit({ type: "pressure.changed", paused: now, backlogBytes });
    paused = now;
  };

  const deliver = async (sink: Sink, batch: Batch, state: SinkProgress, signal: AbortSignal) => {
    let retryMs = firstRetryMs;
    const started = performance.now();
    for (let rest = batch; ; ) {
      try {
        const taken = await sink.take(rest, { signal });
        if (state.waiting !== "") emit({ type: "sink.resumed", sink: sink.name, afterMs: performance.now() - started });
        state.waiting = "";
        return { rest, taken };
      } catch (error) {
        if (!(error instanceof Failure) || signal.aborted) throw error;
        if (error.code === "refused" && rest.lessons.length > 0) {
          rest = await withoutRefused(sink, rest, signal, emit);
          continue;
        }
        if (error.code !== "full" && error.code !== "silent") throw error;
        state.waiting = error.message;
        const jittered = retryMs * (0.5 + Math.random());
        emit({ type: "sink.waiting", sink: sink.name, why: error.message, code: error.code, retryMs: jittered });
        await pause(jittered, { signal });
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
  };

  const follow = async (sink: Sink, state: SinkProgress, once: boolean, signal: AbortSignal) => {
    const follower = openFollower({
      sink: sink.name,
      cursors: await sink.load(),
      discover: () => discover(patterns),
      covers: coveredBy(patterns),
      memory,
      maxLineBytes: config.values["telemetry.maxLineBytes"],
      unended: once,
      emit,
    });
    try {
      await drain(sink, state, follower, once, signal);
    } finally {
      follower.close();
    }
  };

  const drain = async (sink: Sink, state: SinkProgress, follower: Follower, once: boolean, signal: AbortSignal) => {
    const limit = config.values["learning.checkpointEvents"];
    let lookAt = 0;
    while (!signal.aborted) {
      const now = performance.now();
      if (now >= lookAt) {
        follower.refresh();
        lookAt = performance.now() + Math.max(config.values["learning.pollMs"], 10 * (performance.now() - now));
      }
      state.lagBytes = follower.lagBytes();
      weigh();
      if (paused && sink.optional) {
        await pause(20, { signal });
        continue;
      }
      const batch = follower.next(limit);
      if (batch === null) {
        if (once) return settle(state, follower);
        await pause(config.values["learning.pollMs"], { signal });
        lookAt = 0;
        continue;
      }
      const before = performance.now();
      const { rest, taken } = await deliver(sink, batch, state, signal);
      note(state, rest, taken);
      const checkpointMs = performance.now() - before;
      const { events, bytes } = batch;
      emit({ type: "batch.taken", sink: sink.name, events, lessons: taken.fresh, bytes, checkpointMs });
    }
  };

  return {
    progress,
    paused: () => paused,
    async run({ once, signal }) {
      const stop = new AbortController();
      const both = AbortSignal.any([signal, stop.signal]);
      const loops = sinks.map(async (sink, index) => {
        const state = progress[index];
        if (state) await follow(sink, state, once, both);
      });
      try {
        await Promise.all(loops);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        stop.abort();
        await Promise.allSettled(loops);
      }
    },
  };
}

function settle(state: SinkProgress, follower: Follower): void {
  state.lagBytes = follower.lagBytes();
  for (const { file, lagBytes } of follower.files()) {
    if (lagBytes > 0 || state.bySource.has(file)) sourceOf(state, file).unfinishedBytes = lagBytes;
  }
}

function sourceOf(state: SinkProgress, source: string): SourceProgress {
  let known = state.bySource.get(source);
  if (!known) {
    known = { events: 0, lessons: 0, duplicates: 0, rejected: new Map(), unfinishedBytes: 0 };
    state.bySource.set(source, known);
  }
  return known;
}

function note(
  state: SinkProgress,
  batch: Batch,
  taken: { fresh: number; duplicates: number; bySource?: SourceCounts },
) {
  state.events += batch.events;
  state.bytes += batch.bytes;
  state.lessons += taken.fresh;
  state.duplicates += taken.duplicates;
  state.checkpoints++;
  for (const [source, tally] of batch.tallies) {
    const known = sourceOf(state, source);
    known.events += tally.events;
    for (const [reason, by] of tally.rejected) {
      add(known.rejected, reason, by);
      add(state.rejected, reason, by);
    }
  }
  for (const [source, counts] of taken.bySource ?? []) {
    const known = state.bySource.get(source);
    if (!known) continue;
    known.lessons += counts.fresh;
    known.duplicates += counts.duplicates;
  }
}

type SourceCounts = ReadonlyMap<string, { readonly fresh: number; readonly duplicates: number }>;

// Halves the lessons until those that the sink refuses are found; the trials carry no cursor, so nothing is skipped.
async function withoutRefused(sink: Sink, batch: Batch, signal: AbortSignal, emit: Emit): Promise<Batch> {
  const kept: Batch["lessons"][number][] = [];
  const bad = [...batch.bad];
  const tallies = new Map(
    [...batch.tallies].map(([file, tally]) => [file, { ...tally, rejected: new Map(tally.rejected) }]),
  );
  const attempt = async (lessons: Batch["lessons"]): Promise<void> => {
    try {
      const trial = { ...batch, lessons, bad: [], tallies: new Map(), tasks: [], cursors: [], events: 0, bytes: 0 };
      await sink.take(trial, { signal });
      kept.push(...lessons);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "refused") throw error;
      const [only] = lessons;
      if (lessons.length === 1 && only) {
        const reason = `refused_by_${sink.name}`;
        bad.push({ address: only.origin, reason });
        const tally = tallies.get(only.origin.file);
        if (tally) add(tally.rejected, reason, 1);
        emit({ type: "lesson.refused", sink: sink.name, lesson: only.id, why: messageOf(error) });
        return;
      }
      await attempt(lessons.slice(0, lessons.length >> 1));
      await attempt(lessons.slice(lessons.length >> 1));
    }
  };
  await attempt(batch.lessons);
  return { ...batch, lessons: kept, bad, tallies };
}
