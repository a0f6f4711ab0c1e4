import { Failure } from "../engine/errors.ts";
import { reasonSentences } from "../engine/learning/formats/reasons.ts";
import { pause } from "../engine/pause.ts";
import type { SinkProgress } from "../engine/progress.ts";
import type { SourceTally } from "../engine/stores/listed.ts";
import type { Store } from "../engine/stores/store.ts";
import { readUserPause } from "../engine/user-pause.ts";
import type { ZeroYield } from "../engine/zero-yield.ts";
import type { Plain } from "./action.ts";
import { endHint, type Holder, lookAtHold, takeHold } from "./hold.ts";
import { patternsOf, runLearner } from "./learner.ts";
import { replayRejected } from "./replay.ts";
import type { Stack } from "./stack.ts";
import { lagOf } from "./status.ts";
import { pausedFailure } from "./watch.ts";
import { zeroYieldIn } from "./yield.ts";

const attachedTimeoutMs = 30_000;
const firstRetryMs = 250;
const lastRetryMs = 10_000;

/** Warns of every source and dialect that gave many events and not one lesson, with its reasons by count. */
function warnZeroYield(
  stack: Stack,
  tallies: Readonly<Record<string, SourceTally>>,
  sources: readonly string[],
): ZeroYield[] {
  const found = zeroYieldIn(stack.config, tallies, sources);
  for (const one of found) stack.emit({ type: "zero.yield", ...one });
  return found;
}

// What one sink lost another may have taken; what the worst of them lost is said.
function lossOf(progress: readonly SinkProgress[]): { files: number; bytes: number } {
  const each = progress.map(({ lost }) => ({
    files: lost.size,
    bytes: [...lost.values()].reduce((sum, bytes) => sum + bytes, 0),
  }));
  return each.toSorted((a, b) => b.bytes - a.bytes)[0] ?? { files: 0, bytes: 0 };
}

function warnLost(stack: Stack, progress: readonly SinkProgress[]): void {
  const loss = lossOf(progress);
  if (loss.bytes > 0) stack.emit({ type: "bytes.lost", ...loss });
}

// Withdrawing is rare; where nothing was, it is not spoken of.
function told<T extends { readonly withdrawn: number }>({ withdrawn, ...rest }: T) {
  return withdrawn > 0 ? { ...rest, withdrawn } : rest;
}

async function summary(
  stack: Stack,
  progress: readonly SinkProgress[],
  store: Store,
  elapsedMs: number,
): Promise<Plain> {
  const rows = progress.find(({ name }) => name === "rows");
  const rejected = Object.fromEntries(rows?.rejected ?? []);
  return {
    events: rows?.events ?? 0,
    lessons: rows?.lessons ?? 0,
    duplicates: rows?.duplicates ?? 0,
    ...told({ withdrawn: rows?.withdrawn ?? 0 }),
    rejected,
    reasons: reasonSentences(rejected),
    bySource: Object.fromEntries(
      [...(rows?.bySource ?? [])].map(([source, tally]) => [
        source,
        told({ ...tally, rejected: Object.fromEntries(tally.rejected) }),
      ]),
    ),
    dataset: { path: stack.datasetFile, pairs: (await store.counts()).pairs ?? 0 },
    sinks: progress.map(({ name, lagBytes, waiting }) => ({ name, lagBytes, ...(waiting === "" ? {} : { waiting }) })),
    checkpoints: progress.reduce((sum, { checkpoints }) => sum + checkpoints, 0),
    checkpointMs: Math.round(store.spent().ms),
    elapsedMs: Math.round(elapsedMs),
    bytes: rows?.bytes ?? 0,
    lost: lossOf(progress),
  };
}

/** What a run of the learner is asked for. */
interface Wanted {
  readonly once: boolean;
  readonly sources: readonly string[];
  readonly replay: boolean;
  readonly rebuildVectors: boolean;
}

// What the holder was not asked for it does not do, and looking on would not either.
function refuseMore(holder: Holder, { sources, replay, rebuildVectors }: Wanted): void {
  const options = [
    ...(sources.length > 0 ? ["--source"] : []),
    ...(replay ? ["--replay"] : []),
    ...(rebuildVectors ? ["--rebuild-vectors"] : []),
  ];
  if (options.length === 0) return;
  const { pid, command, since } = holder;
  throw new Failure("held", {
    what: `Nothing was done of ${options.join(", ")}`,
    why: `process ${pid} (${command}, since ${since}) learns on this home`,
    hint: `End it, then type the same again. Type: ${endHint(holder)}`,
  });
}

function refusePaused({ config }: Stack): void {
  const paused = readUserPause(config.home);
  if (paused !== null) throw pausedFailure(paused);
}

// Somebody else learns here: say who, and look until they have taken everything.
async function attach(stack: Stack, holder: Holder, run: Wanted, signal: AbortSignal): Promise<Plain> {
  refuseMore(holder, run);
  const { once } = run;
  stack.emit({ type: "engine.held", pid: holder.pid, command: holder.command, since: holder.since });
  let store: Store | null = null;
  const lagNow = async () => {
    store ??= await stack.seen();
    return store === null ? null : lagOf(stack, store);
  };
  const until = performance.now() + attachedTimeoutMs;
  while (!signal.aborted && lookAtHold(stack.config.home) !== null) {
    if (once) refusePaused(stack);
    const lag = await lagNow();
    if (once && lag?.every(({ lagBytes }) => lagBytes === 0)) break;
    if (once && performance.now() > until) {
      throw new Failure("timeout", {
        what: "Not everything was learned yet",
        why: `process ${holder.pid} (${holder.command}) is still at it after ${attachedTimeoutMs / 1000} s`,
        hint: "Type: aistack status",
      });
    }
    await pause(200, { signal });
  }
  return { attached: holder, lookingOnly: true, sinks: (await lagNow()) ?? [] };
}

// A run that is to end waits for a silent server as its sinks would, and says in the end what the server said.
async function openInTime(stack: Stack, signal: AbortSignal): Promise<Store> {
  const until = performance.now() + stack.config.values["learning.onceWaitMs"];
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(2 * retryMs, lastRetryMs)) {
    try {
      return await stack.openStore();
    } catch (error) {
      const leftMs = until - performance.now();
      if (!(error instanceof Failure) || error.code !== "silent" || leftMs <= 0 || signal.aborted) throw error;
      const waitMs = Math.min(retryMs, leftMs);
      const why = `${error.message}. ${error.hint}`;
      stack.emit({ type: "sink.waiting", sink: "rows", why, code: error.code, retryMs: waitMs });
      await pause(waitMs, { signal });
    }
  }
}

/** Runs the learner, or looks on while somebody else does; returns what came of it. */
export async function learn(stack: Stack, run: Wanted, signal: AbortSignal): Promise<Plain> {
  const started = performance.now();
  patternsOf(stack.config, run.sources);
  const held = lookAtHold(stack.config.home);
  if (held) return attach(stack, held, run, signal);
  const store = await (run.once ? openInTime(stack, signal) : stack.openStore({ patient: true }));
  const hold = takeHold(stack.config.home, run.once ? "aistack learn --once" : "aistack learn");
  if ("pid" in hold) return attach(stack, hold, run, signal);
  try {
    if (run.replay) return await replayRejected(stack, store, { signal });
    const progress = await runLearner(stack, store, { ...run, signal });
    const zeroYield = run.once ? warnZeroYield(stack, await store.tallies(), run.sources) : [];
    if (run.once) warnLost(stack, progress);
    return { ...(await summary(stack, progress, store, performance.now() - started)), zeroYield };
  } finally {
    hold.close();
  }
}
