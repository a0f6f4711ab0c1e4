import { setTimeout as wait } from "node:timers/promises";

/** Waits, or ends at once when the signal asks to stop; never fails. */
export async function pause(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
