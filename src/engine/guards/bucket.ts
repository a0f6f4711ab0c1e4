/** Whether a request is taken, and if not, in how many whole seconds to come again. */
export type Admission = { readonly taken: true } | { readonly taken: false; readonly retryAfterSeconds: number };

/** Takes requests by caller: a steady rate, and bursts after a quiet time. Callers do not take from each other. */
export interface Buckets {
  take(key: string): Admission;
  /** Callers that are remembered; one whose bucket is full again is forgotten. */
  size(): number;
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

/**
 * Opens token buckets, one per key, by the clock they are given (milliseconds that never run backwards): 60 a minute and
 * as many at once unless said otherwise. They are counted here and not by a queue with timers: a refusal must cost
 * nothing, also when there are very many of them, and it must know when to come again.
 */
export function openBuckets(
  { perMinute = 60, burst = 60 }: { readonly perMinute?: number; readonly burst?: number } = {},
  clock: () => number = () => performance.now(),
): Buckets {
  const perMs = perMinute / 60_000;
  const fullMs = burst / perMs;
  const buckets = new Map<string, Bucket>();
  let sweptMs = clock();

  const sweep = (now: number) => {
    if (now - sweptMs < fullMs) return;
    sweptMs = now;
    for (const [key, { tokens, filledMs }] of buckets) {
      if (tokens + (now - filledMs) * perMs >= burst) buckets.delete(key);
    }
  };

  return {
    take(key) {
      const now = clock();
      sweep(now);
      const known = buckets.get(key) ?? { tokens: burst, filledMs: now };
      const tokens = Math.min(burst, known.tokens + (now - known.filledMs) * perMs);
      const taken = tokens >= 1;
      buckets.set(key, { tokens: taken ? tokens - 1 : tokens, filledMs: now });
      if (taken) return { taken };
      return { taken, retryAfterSeconds: Math.max(1, Math.ceil((1 - tokens) / perMs / 1000)) };
    },
    size() {
      sweep(clock());
      return buckets.size;
    },
  };
}
