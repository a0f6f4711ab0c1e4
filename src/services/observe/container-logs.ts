import { readLogs } from "../supervisor/logs.ts";
import type { Stage } from "../supervisor/stage.ts";
import type { LogLine, ServiceState } from "../supervisor/state.ts";

const firstLines = 200;

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

  const follow = async (service: string, stop: AbortController) => {
    const either = AbortSignal.any([signal, stop.signal]);
    const request = { follow: true, tail: firstLines, since: null };
    try {
      for await (const line of readLogs(podman, manifest.project, [service], request, { signal: either })) onLine(line);
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
