import { pause } from "../../engine/pause.ts";
import { readLogs } from "../supervisor/logs.ts";
import type { Stage } from "../supervisor/stage.ts";
import type { LogLine, ServiceState } from "../supervisor/state.ts";

const firstLines = 200;
const shortestRestMs = 5000;
const longestRestMs = 300_000;

/** Follows the logs of whatever runs. */
export interface LogFollowers {
  /** Follows these and no others; one that started anew is followed from there on. */
  keep(running: readonly ServiceState[]): void;
  ended(): Promise<void>;
}

/** Opens the followers of a stage's logs; they end with the signal. */
export function followLogs(
  { podman, manifest }: Stage,
  onLine: (line: LogLine) => void,
  signal: AbortSignal,
): LogFollowers {
  const followed = new Map<string, { readonly run: string; readonly stop: AbortController }>();
  const tasks = new Set<Promise<void>>();
  // When the newest line of each came, so that no line comes twice when its log is followed anew, and after what rest.
  const newest = new Map<string, string>();
  const rests = new Map<string, number>();

  const read = async (service: string, either: AbortSignal) => {
    const since = newest.get(service) ?? null;
    const request = { follow: true, tail: since === null ? firstLines : null, since };
    for await (const line of readLogs(podman, manifest.project, [service], request, { signal: either })) {
      if (line.at !== null && since !== null && line.at <= since) continue;
      if (line.at !== null) {
        newest.set(service, line.at);
        rests.delete(service);
      }
      onLine(line);
    }
  };

  const follow = async (service: string, stop: AbortController) => {
    const either = AbortSignal.any([signal, stop.signal]);
    try {
      await read(service, either);
    } catch (error) {
      if (!either.aborted) {
        onLine({
          service,
          stream: "stderr",
          at: new Date().toISOString(),
          text: `its log is not followed: ${String(error)}`,
        });
      }
    }
    // It ended while the service runs: whoever read it was ended.
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
        const task = follow(service, stop).finally(() => tasks.delete(task));
        tasks.add(task);
      }
    },
    async ended() {
      for (const { stop } of followed.values()) stop.abort();
      await Promise.all(tasks);
    },
  };
}
