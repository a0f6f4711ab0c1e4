import type { Config } from "./config.ts";
import { Failure } from "./errors.ts";
import type { Emit } from "./events.ts";
import type { Guards } from "./guards/guards.ts";
import { withoutRefused } from "./isolate.ts";
import type { Aliases } from "./learning/aliases.ts";
import { openLearnMemory } from "./learning/learn-memory.ts";
import { holdYoungSpace, keepHeapSmall, keepYoungSpaceSmall } from "./memory.ts";
import { openPatience, type Patience } from "./patience.ts";
import { pause, pauseToBeat } from "./pause.ts";
import { openPressure, type Pressure } from "./pressure.ts";
import { addTo, noteSettled, noteTaken, type SinkProgress, startProgress } from "./progress.ts";
import { openRefusals } from "./refusals.ts";
import type { Sink } from "./stores/store.ts";
import type { Batch } from "./telemetry/batch.ts";
import { openDescriptors } from "./telemetry/descriptors.ts";
import { coveredBy, openDiscovery } from "./telemetry/sources.ts";
import { type Follower, openFollower } from "./telemetry/tail.ts";
import { openZeroYield, type ZeroYield } from "./zero-yield.ts";

/** The learning engine: one loop per sink over the same files. Opening it starts nothing. */
export interface Engine {
  readonly progress: readonly SinkProgress[];
  readonly pressure: Pressure;
  /** Sources that have given events and not one lesson since the engine was opened. */
  readonly zeroYield: () => readonly ZeroYield[];
  /** Learns until everything is taken (`once`) or the signal asks to stop; fails with what stopped it. */
  run(options: { readonly once: boolean; readonly signal: AbortSignal }): Promise<void>;
}

/** What the engine works on. */
export interface EngineOptions {
  readonly config: Config;
  readonly patterns: readonly string[];
  readonly sinks: readonly Sink[];
  readonly emit: Emit;
  /** The names of lessons that were redacted anew. */
  readonly aliases?: Aliases;
  /** The breakers that stand before sinks with a dependency. */
  readonly guards?: Pick<Guards, "breaker">;
  /** Why nothing may be taken right now (the user's own pause, a disk that is nearly full), or null. */
  readonly held?: () => Failure | null;
  /** What waits for a sink whose cursors cannot be read yet, as well as that can be told. */
  readonly guessLag?: (sink: string) => number;
}

/** Runs of at most 256 kB that are remembered: a batch may be of several, and sinks are a batch or two apart. */
const runsRemembered = 16;
const calmAfterMs = 5000;
const calmPolls = 4;
/** How long compressed generations may keep the lines of the logs waiting. */
const unpackMs = 50;
const unpackAgainMs = 5;
const heldLookMs = 200;
const putOffLookMs = 50;

interface Loop {
  readonly sink: Sink;
  readonly state: SinkProgress;
  readonly patience: Patience;
  readonly follower: Follower;
  readonly once: boolean;
  readonly signal: AbortSignal;
}

/** Opens the engine. */
export function openEngine({ config, patterns, sinks, emit, aliases, guards, held, guessLag }: EngineOptions): Engine {
  const { values } = config;
  const maxLineBytes = values["telemetry.maxLineBytes"];
  const memory = openLearnMemory(runsRemembered, maxLineBytes, aliases);
  const refusals = openRefusals(config.home, values["learning.rejectedKept"]);
  const descriptors = openDescriptors();
  const found = openDiscovery(patterns, values["learning.pollMs"]);
  const progress = sinks.map(({ name }) => startProgress(name));
  const essential = progress.filter((_, index) => sinks[index]?.optional === false);
  // Essential loops under way; without one nobody would shrink the backlog that optional work waits for.
  let draining = 0;
  const pressure = openPressure(values, emit);
  const alarm = openZeroYield(values["learning.zeroYieldEvents"], patterns, emit);

  const measure = (state: SinkProgress, lagBytes: number) => {
    state.lagBytes = lagBytes;
    pressure.weigh(essential.map((one) => one.lagBytes));
  };

  const patienceOf = (sink: Sink, state: SinkProgress, once: boolean, signal: AbortSignal) => {
    const { dependency, guardsItself } = sink;
    const breaker = dependency === undefined || guardsItself ? undefined : guards?.breaker(dependency);
    return openPatience({
      sink,
      state,
      guarded: (call) => (breaker ? breaker.run(call) : call()),
      slowRetryMs: values["learning.slowRetryMs"],
      maxWaitMs: once ? values["learning.onceWaitMs"] : Number.POSITIVE_INFINITY,
      emit,
      signal,
    });
  };

  const follow = async (sink: Sink, state: SinkProgress, once: boolean, signal: AbortSignal) => {
    const patience = patienceOf(sink, state, once, signal);
    const guess = () => measure(state, guessLag?.(sink.name) ?? 0);
    if (sink.dependency !== undefined) guess();
    const cursors = await patience.insist(() => sink.load({ signal }), guess);
    if (!once && sink.tallies) alarm.remember(await patience.insist(async () => (await sink.tallies?.()) ?? {}, guess));
    const follower = openFollower({
      sink: sink.name,
      cursors,
      discover: found,
      covers: coveredBy(patterns),
      memory,
      descriptors,
      maxLineBytes,
      unended: once,
      turnIdleMs: once ? null : values["learning.turnIdleMs"],
      emit(event) {
        const isLoss = event.type === "file.gone" || event.type === "file.cut";
        if (isLoss && event.unreadBytes > 0) addTo(state.lost, event.file, event.unreadBytes);
        emit(event);
      },
    });
    try {
      await drain({ sink, state, patience, follower, once, signal });
    } finally {
      follower.close();
    }
  };

  const deliver = async ({ sink, state, patience, follower, signal }: Loop, batch: Batch) => {
    const take = (rest: Batch) => sink.take(rest, { signal });
    const waiting = () => {
      follower.refresh();
      measure(state, follower.lagBytes() + batch.bytes);
    };
    let vain = 0;
    for (let rest = batch; ; ) {
      try {
        return { rest, taken: await patience.insist(() => take(rest), waiting) };
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== "refused" || rest.lessons.length === 0) throw error;
        const kept = await withoutRefused(rest, {
          sink,
          take: (trial) => patience.insist(() => take(trial), waiting),
          refusals,
          emit,
        });
        // No lesson is the reason, so trying again would never end.
        if (kept.lessons.length === rest.lessons.length && ++vain > 1) throw error;
        rest = kept;
      }
    }
  };

  const drain = async (loop: Loop) => {
    const { sink, state, follower, once, signal } = loop;
    const limit = values["learning.checkpointEvents"];
    let lookAt = 0;
    let heldSince: number | null = null;
    let takenAt = performance.now();
    while (!signal.aborted) {
      const now = performance.now();
      if (now >= lookAt) {
        holdYoungSpace();
        follower.refresh();
        const files = follower.files();
        keepHeapSmall(files.length);
        state.sourceBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
        lookAt = performance.now() + Math.max(values["learning.pollMs"], 10 * (performance.now() - now));
      }
      keepYoungSpaceSmall();
      state.measured = true;
      measure(state, follower.lagBytes());
      const why = held?.() ?? null;
      if (why !== null) {
        heldSince ??= now;
        state.waiting = why.message;
        if (once && (why.code === "held" || now - heldSince >= values["learning.onceWaitMs"])) throw why;
        await pause(heldLookMs, { signal });
        continue;
      }
      heldSince = null;
      // A run that is to end does it all in any case, and putting some off would read everything twice.
      const putOff = !once && pressure.paused() && sink.optional && draining > 0;
      state.waiting = putOff ? "It is put off while the backlog is too large" : "";
      if (putOff) {
        await pause(putOffLookMs, { signal });
        continue;
      }
      const isUnpacking = await follower.unpack(unpackMs);
      if (signal.aborted) break;
      const batch = follower.next(limit, values["learning.checkpointMs"]);
      if (batch === null && isUnpacking) {
        await pause(unpackAgainMs, { signal });
        continue;
      }
      if (batch === null) {
        if (once) return noteSettled(state, follower);
        const isCalm = performance.now() - takenAt > calmAfterMs;
        // Sinks look at the same moment only while nothing comes; what they do with it then must not come in one go.
        const pollMs = values["learning.pollMs"];
        await (isCalm ? pauseToBeat(pollMs * calmPolls, { signal }) : pause(pollMs, { signal }));
        lookAt = 0;
        continue;
      }
      const before = performance.now();
      takenAt = before;
      const { rest, taken } = await deliver(loop, batch);
      noteTaken(state, rest, taken);
      if (!once && taken.bySource) alarm.look(rest);
      const checkpointMs = performance.now() - before;
      const { events, bytes } = batch;
      const { fresh: lessons, removed: withdrawn = 0 } = taken;
      emit({ type: "batch.taken", sink: sink.name, events, lessons, withdrawn, bytes, checkpointMs });
    }
  };

  return {
    progress,
    pressure,
    zeroYield: alarm.now,
    async run({ once, signal }) {
      holdYoungSpace();
      const stop = new AbortController();
      const both = AbortSignal.any([signal, stop.signal]);
      const gaveUp: Failure[] = [];
      const loops = sinks.map(async (sink, index) => {
        const state = progress[index];
        if (!state) return;
        if (!sink.optional) draining++;
        try {
          await follow(sink, state, once, both);
        } catch (error) {
          if (!once || !(error instanceof Failure) || !givesUp.has(error.code)) throw error;
          gaveUp.push(error);
        } finally {
          if (!sink.optional) draining--;
        }
      });
      try {
        await Promise.all(loops);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        stop.abort();
        await Promise.allSettled(loops);
      }
      if (gaveUp.length > 0 && !signal.aborted) throw unfinished(gaveUp);
    },
  };
}

const givesUp: ReadonlySet<string> = new Set(["dependency", "full", "held"]);

function unfinished(gaveUp: readonly Failure[]): Failure {
  const [first] = gaveUp;
  const sentences = new Set(gaveUp.map(({ message }) => message));
  return new Failure(first?.code ?? "dependency", {
    what: "Not everything was learned; what is left waits in the logs",
    why: [...sentences].join("; "),
    hint: `${first?.hint ? `${first.hint}. ` : ""}Then type: aistack learn --once`,
    cause: first,
  });
}
