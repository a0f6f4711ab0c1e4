import { Failure, messageOf } from "./errors.ts";
import type { Emit } from "./events.ts";
import { passesNow } from "./guards/refused.ts";
import { pause } from "./pause.ts";
import type { SinkProgress } from "./progress.ts";
import type { Sink } from "./stores/store.ts";

const firstRetryMs = 200;
const lastRetryMs = 30_000;
const sliceMs = 200;

/** How a sink's calls are made and retried. */
export interface Patience {
  /**
   * Makes a call of the sink until it succeeds, waiting after each failure that may pass; `waiting` is called about
   * once a second meanwhile. Failures that cannot pass go through; fails with `dependency` or `full` when it has waited
   * long enough.
   */
  insist<T>(call: () => Promise<T>, waiting: () => void): Promise<T>;
}

/** What patience needs to know. */
export interface PatienceOptions {
  readonly sink: Sink;
  readonly state: SinkProgress;
  /** Makes a call through the breaker of the sink's dependency. */
  readonly guarded: <T>(call: () => Promise<T>) => Promise<T>;
  /** Pause after a failure that only a person can mend, in milliseconds. */
  readonly slowRetryMs: number;
  /** How long it may wait in all for one call, in milliseconds; Infinity for ever. */
  readonly maxWaitMs: number;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

type Kind = "passes" | "mended" | "lasting";

function failureOf(error: unknown, sink: Sink): Failure {
  if (error instanceof Failure) return error;
  return new Failure("failed", { what: `${sink.name} did not take it`, why: messageOf(error), cause: error });
}

// A run that is to end does not wait for ever: what waits is still in the logs, and the next run takes it.
function outOfPatience(failure: Failure, sink: Sink, waitedMs: number): Failure {
  return new Failure(failure.code === "full" ? "full" : "dependency", {
    what: `${sink.name} has not taken everything`,
    why: `for ${Math.round(waitedMs / 1000)} s ${failure.message}`,
    hint: failure.hint,
    cause: failure,
  });
}

// `passes` goes away by itself, `mended` needs a person but not a restart, `lasting` ends the sink's work.
function kindOf(error: unknown, sink: Sink): Kind {
  if (error instanceof Failure && (error.code === "full" || error.code === "silent")) return "passes";
  if (sink.dependency === undefined) return "lasting";
  if (!(error instanceof Failure)) return "mended";
  if (error.code === "timeout" || error.code === "dependency") return "passes";
  return error.code === "refused" || error.code === "usage" ? "lasting" : "mended";
}

/** Opens the patience of one sink. */
export function openPatience(options: PatienceOptions): Patience {
  const { sink, state, guarded, emit, signal } = options;

  const waitFor = async (ms: number, error: unknown, waiting: () => void) => {
    const end = performance.now() + ms;
    let told = performance.now();
    for (let left = ms; left > 0 && !signal.aborted; left = end - performance.now()) {
      await pause(Math.min(sliceMs, left), { signal });
      if (passesNow(error) === true) return;
      if (performance.now() - told < 1000) continue;
      waiting();
      told = performance.now();
    }
  };

  return {
    async insist(call, waiting) {
      const started = performance.now();
      let retryMs = firstRetryMs;
      for (;;) {
        try {
          const value = await guarded(call);
          if (state.waiting !== "")
            emit({ type: "sink.resumed", sink: sink.name, afterMs: performance.now() - started });
          state.waiting = "";
          return value;
        } catch (error) {
          const kind = kindOf(error, sink);
          if (signal.aborted || kind === "lasting") throw error;
          const failure = failureOf(error, sink);
          const waitedMs = performance.now() - started;
          if (waitedMs >= options.maxWaitMs) throw outOfPatience(failure, sink, waitedMs);
          const byBreaker = passesNow(error) !== null;
          const jittered = kind === "mended" ? options.slowRetryMs : retryMs * (0.5 + Math.random());
          const waitMs = byBreaker
            ? (failure.retryAfterMs ?? lastRetryMs)
            : Math.max(jittered, failure.retryAfterMs ?? 0);
          state.waiting = failure.hint === "" ? failure.message : `${failure.message}. ${failure.hint}`;
          emit({ type: "sink.waiting", sink: sink.name, why: state.waiting, code: failure.code, retryMs: waitMs });
          waiting();
          await waitFor(Math.min(waitMs, options.maxWaitMs - waitedMs), error, waiting);
          if (!byBreaker && kind === "passes") retryMs = Math.min(retryMs * 2, lastRetryMs);
        }
      }
    },
  };
}
