import { setTimeout as wait } from "node:timers/promises";

/**
 * Waits for the next beat of the process's own clock, one every so many milliseconds, or ends at once when the signal
 * asks to stop. Whoever looks at something at the same pace then looks at the same moment: one waking instead of many.
 */
export async function pauseToBeat(everyMs: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  await pause(msToBeat(everyMs), { signal });
}

/** Milliseconds until the next of those beats. */
export function msToBeat(everyMs: number): number {
  const left = everyMs - (performance.now() % everyMs);
  // A clock that rings a little early does not ring twice.
  return left < everyMs / 10 ? left + everyMs : left;
}

/** Waits, or ends at once when the signal asks to stop; never fails. */
export async function pause(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
