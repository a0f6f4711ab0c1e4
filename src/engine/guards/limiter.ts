import Bottleneck from "bottleneck";
import type { CallLimits } from "./thresholds.ts";

/** Keeps the calls to one dependency within its limits; those above wait their turn. */
export interface Limiter {
  /** Makes the call once it is its turn; an abort while waiting ends the wait and the call is never made. */
  run<T>(call: () => Promise<T>, options: { readonly signal: AbortSignal }): Promise<T>;
  counts(): { readonly running: number; readonly waiting: number };
  close(): Promise<void>;
}

/** Opens the limiter of one dependency. */
export function openLimiter({ callsAtOnce, callsPerSecond }: CallLimits): Limiter {
  const queue = new Bottleneck({
    maxConcurrent: callsAtOnce,
    minTime: callsPerSecond === null ? 0 : 1000 / callsPerSecond,
  });
  const free = callsAtOnce === null && callsPerSecond === null;
  return {
    async run<T>(call: () => Promise<T>, { signal }: { readonly signal: AbortSignal }): Promise<T> {
      signal.throwIfAborted();
      if (free) return call();
      let begun = false;
      const turn = queue.schedule(async () => {
        signal.throwIfAborted();
        begun = true;
        return call();
      });
      return new Promise<T>((resolve, reject) => {
        const leave = () => {
          if (!begun) reject(signal.reason);
        };
        signal.addEventListener("abort", leave, { once: true });
        turn.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
      });
    },
    counts() {
      const { RUNNING, EXECUTING, QUEUED, RECEIVED } = queue.counts();
      return { running: RUNNING + EXECUTING, waiting: QUEUED + RECEIVED };
    },
    async close() {
      await queue.stop({ dropWaitingJobs: true });
      await queue.disconnect();
    },
  };
}
