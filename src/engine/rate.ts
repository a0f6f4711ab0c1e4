const overMs = 10_000;
/** After three time constants what is left of an average is five parts in a hundred: nothing moves any more. */
const stillMs = 3 * overMs;

/**
 * A moving average of how fast a count grows, per second: each look weighs in by the time since the last one, with a
 * time constant of ten seconds (an exponentially weighted average over uneven times).
 */
export interface Rate {
  /** Takes the count as it is now; returns the rate, 0 where it is below one or nothing came for half a minute. */
  look(count: number): number;
}

/** Opens a rate by a clock in milliseconds. */
export function openRate(clock: () => number = () => performance.now()): Rate {
  let last: { count: number; at: number } | null = null;
  let rate: number | null = null;
  let grownAt = Number.NEGATIVE_INFINITY;
  return {
    look(count) {
      const at = clock();
      if (count !== last?.count) grownAt = at;
      if (last !== null && at > last.at) {
        const now = ((count - last.count) / (at - last.at)) * 1000;
        const weight = 1 - Math.exp(-(at - last.at) / overMs);
        rate = rate === null ? now : rate + (now - rate) * weight;
      }
      if (last === null || at > last.at) last = { count, at };
      if (at - grownAt > stillMs) rate = 0;
      return rate === null || rate < 1 ? 0 : Math.round(rate);
    },
  };
}

/** How many whole seconds an amount takes at a rate; null when nothing moves. */
export function secondsFor(amount: number, perSecond: number): number | null {
  if (amount <= 0) return 0;
  return perSecond > 0 ? Math.ceil(amount / perSecond) : null;
}
