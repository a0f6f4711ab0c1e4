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

/** Every sink: what a running engine says of it, else its lag as measured now; null is what nobody knows. */
export function sinksOf(sinks: readonly SinkLag[], seen: SeenReport | null): Plain[] {
  const live = new Map(seen?.live ? seen.report.sinks.map((one) => [one.name, one]) : []);
  return sinks.map((sink) => {
    const known = live.get(sink.name);
    const speed = { eventsPerSecond: null, bytesPerSecond: null, secondsLeft: null, waiting: null };
    if (!known) return { ...sink, ...speed };
    const { lagBytes, eventsPerSecond, bytesPerSecond, secondsLeft, waiting } = known;
    const now = { lagBytes, checkpointAt: known.checkpointAt ?? sink.checkpointAt };
    return { ...sink, ...now, eventsPerSecond, bytesPerSecond, secondsLeft, waiting: waiting === "" ? null : waiting };
  });
}

/** The sinks as a running engine says, where the store itself cannot be asked; empty where no engine runs. */
export function reportedSinks(seen: SeenReport | null): Plain[] {
  if (!seen?.live) return [];
  const known = seen.report.sinks.map(({ name, lagBytes, checkpointAt }) => ({ name, lagBytes, checkpointAt }));
  return sinksOf(known, seen);
}

/** The backpressure: as a running engine says, else as far as the backlog alone tells. */
export function pressureOf({ values }: Config, backlogBytes: number | null, seen: SeenReport | null): Plain {
  const pauseBytes = values["backpressure.pauseBytes"];
  const resumeBytes = pauseBytes * values["backpressure.resumeShare"];
  if (seen?.live) return { ...seen.report.pressure, pauseBytes, resumeBytes };
  // Between the two bounds it depends on what was before, which only an engine knows.
  const unknown = { optionalPutOff: null, since: null, drainBytesPerSecond: null, secondsLeft: null };
  if (backlogBytes === null) return { intakePaused: null, backlogBytes, ...unknown, pauseBytes, resumeBytes };
  const [calm, tense] = [isPaused(false, backlogBytes, values), isPaused(true, backlogBytes, values)];
  return { intakePaused: calm === tense ? calm : null, backlogBytes, ...unknown, pauseBytes, resumeBytes };
}
