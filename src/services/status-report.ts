import { statfsSync } from "node:fs";
import type { Config } from "../engine/config.ts";
import { isPaused } from "../engine/telemetry/backlog.ts";
import { readUserPause } from "../engine/user-pause.ts";
import type { Plain } from "./action.ts";
import type { SeenReport } from "./read-report.ts";

/** What stops learning altogether: the user's own pause and the disk, looked at now. */
export function stateOf({ home, values }: Config, seen: SeenReport | null): Plain {
  const minFreeBytes = values["disk.minFreeBytes"];
  const freeBytes = freeOn(home);
  const low = freeBytes === null ? null : freeBytes < minFreeBytes;
  return {
    paused: readUserPause(home),
    disk: { freeBytes, minFreeBytes, low, stopped: seen?.live ? seen.report.disk.stopped : null },
  };
}

function freeOn(home: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(home);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** How far one sink is behind. */
export interface SinkLag {
  readonly name: string;
  readonly lagBytes: number;
  /** When its newest checkpoint was saved, ISO 8601; null before the first. */
  readonly checkpointAt: string | null;
}

/** Every sink: its lag as measured now, and what a running engine says of it; null is what nobody knows. */
export function sinksOf(sinks: readonly SinkLag[], seen: SeenReport | null): Plain[] {
  const live = new Map(seen?.live ? seen.report.sinks.map((one) => [one.name, one]) : []);
  return sinks.map((sink) => {
    const known = live.get(sink.name);
    const speed = { eventsPerSecond: null, bytesPerSecond: null, secondsLeft: null, waiting: null };
    if (!known) return { ...sink, ...speed };
    const { eventsPerSecond, bytesPerSecond, secondsLeft, waiting } = known;
    return { ...sink, eventsPerSecond, bytesPerSecond, secondsLeft, waiting: waiting === "" ? null : waiting };
  });
}

/** The backpressure: as a running engine says, else as far as the backlog alone tells. */
export function pressureOf({ values }: Config, backlogBytes: number, seen: SeenReport | null): Plain {
  const pauseBytes = values["backpressure.pauseBytes"];
  const resumeBytes = pauseBytes * values["backpressure.resumeShare"];
  if (seen?.live) return { ...seen.report.pressure, pauseBytes, resumeBytes };
  // Between the two bounds it depends on what was before, which only an engine knows.
  const [calm, tense] = [isPaused(false, backlogBytes, values), isPaused(true, backlogBytes, values)];
  const unknown = { optionalPutOff: null, since: null, drainBytesPerSecond: null, secondsLeft: null };
  return { intakePaused: calm === tense ? calm : null, backlogBytes, ...unknown, pauseBytes, resumeBytes };
}
