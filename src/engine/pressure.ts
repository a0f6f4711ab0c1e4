import type { Emit } from "./events.ts";
import { type Bounds, isPaused } from "./telemetry/backlog.ts";

/** Whether the backlog is too large: then intake pauses and optional work is put off, and draining goes on. */
export interface Pressure {
  /** Weighs the bytes that wait for each essential sink; the sink that is furthest behind counts. */
  weigh(lagBytes: readonly number[]): void;
  paused(): boolean;
  backlogBytes(): number;
  /** Since when it is as it is, ISO 8601; null before it ever changed. */
  since(): string | null;
}

/** Opens the watch over the backlog, with intake going on. */
export function openPressure(bounds: Bounds, emit: Emit): Pressure {
  let paused = false;
  let backlogBytes = 0;
  let since: string | null = null;
  return {
    weigh(lagBytes) {
      backlogBytes = Math.max(0, ...lagBytes);
      const now = isPaused(paused, backlogBytes, bounds);
      if (now === paused) return;
      paused = now;
      since = new Date().toISOString();
      emit({ type: "pressure.changed", paused, backlogBytes });
    },
    paused: () => paused,
    backlogBytes: () => backlogBytes,
    since: () => since,
  };
}
