import { messageOf } from "../../engine/errors.ts";
import { pause } from "../../engine/pause.ts";
import { readLogs } from "../supervisor/logs.ts";
import type { Stage } from "../supervisor/stage.ts";
import type { LogLine, ServiceState } from "../supervisor/state.ts";
import { openLogMerge } from "./log-merge.ts";
import type { LogPlaces } from "./log-places.ts";

const firstLines = 200;
const openingMs = 700;
const shortestRestMs = 2000;
const longestRestMs = 300_000;

/** Follows the logs of whatever runs. */
export interface LogFollowers {
  /** Follows these and no others; one that started anew is followed from there on. */
  keep(running: readonly ServiceState[]): void;
  ended(): Promise<void>;
}

/** Opens the followers of a stage's logs, from where they were heard to last; they end with the signal. */
export function followLogs(
  { podman, manifest }: Stage,
  places: LogPlaces,
  onLine: (line: LogLine) => void,
  signal: AbortSignal,
): LogFollowers {
  const merge = openLogMerge(onLine);
  const followed = new Map<string, { readonly run: string; readonly stop: AbortController }>();
  const tasks = new Set<Promise<void>>();
  const rests = new Map<string, number>();

  const read = async (service: string, either: AbortSignal) => {
    const since = places.since(service);
    const request = { follow: true, tail: since === null ? firstLines : null, since };
    for await (const line of readLogs(podman, manifest.project, [service], request, { signal: either })) {
      if (!places.isNew(line)) continue;
      rests.delete(service);
      merge.push(line);
    }
  };

  const follow = async (service: string, stop: AbortController) => {
    const either = AbortSignal.any([signal, stop.signal]);
    try {
      await read(service, either);
    } catch (error) {
      const text = `its log is not followed: ${messageOf(error)}`;
      if (!either.aborted) merge.push({ service, stream: "stderr", at: new Date().toISOString(), text });
    }
    if (either.aborted) return;
    // Whoever ended it (a Ctrl-C that was for another program, say), it is followed again while the service runs.
    const restMs = rests.get(service) ?? shortestRestMs;
    rests.set(service, Math.min(restMs * 2, longestRestMs));
    await pause(restMs, { signal: either });
    if (followed.get(service)?.stop === stop) followed.delete(service);
  };

  return {
    keep(running) {
      const runs = new Map(running.map(({ name, startedAt }) => [name, startedAt ?? ""]));
      for (const [service, { run, stop }] of followed) {
        if (runs.get(service) === run) continue;
        stop.abort();
        followed.delete(service);
      }
      for (const [service, run] of runs) {
        if (followed.has(service)) continue;
        const stop = new AbortController();
        followed.set(service, { run, stop });
        merge.hold(openingMs);
        const task = follow(service, stop).finally(() => tasks.delete(task));
        tasks.add(task);
      }
    },
    async ended() {
      for (const { stop } of followed.values()) stop.abort();
      await Promise.all(tasks);
      merge.close();
    },
  };
}
