/** How rests before restarts grow. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** How many deaths in a row make a crash loop. */
  readonly loopAfter: number;
  /** How long a run must last for earlier deaths to be forgotten, milliseconds. */
  readonly stableMs: number;
}

/**
 * The rest before the next start after so many deaths in a row, milliseconds: doubled with each, at most the maximum, and
 * up to a quarter shorter by chance (`luck` from 0 to 1), so that services that died together do not come back at once.
 */
export function restMs(deaths: number, { firstMs, maxMs }: Backoff, luck: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(Math.max(0, deaths - 1), 30));
  return Math.round(full * (1 - luck / 4));
}
