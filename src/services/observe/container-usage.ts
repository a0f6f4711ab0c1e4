import type { Usage } from "../supervisor/container.ts";
import type { Stage } from "../supervisor/stage.ts";
import type { ServiceState } from "../supervisor/state.ts";
import { readUsage } from "../supervisor/stats.ts";

const intervalSeconds = 5;

/** Measures what the running containers use. */
export interface UsageFollower {
  /** Measures these and no others. */
  keep(running: readonly ServiceState[]): void;
  /** What was measured last, by container. */
  latest(): ReadonlyMap<string, Usage>;
  ended(): Promise<void>;
}

/** Opens the follower; it ends with the signal. */
export function followUsage(stage: Stage, signal: AbortSignal): UsageFollower {
  let names = "";
  let stop = new AbortController();
  let task: Promise<void> = Promise.resolve();
  let latest = new Map<string, Usage>();
  const measure = async (containers: readonly string[], own: AbortController) => {
    const either = AbortSignal.any([signal, own.signal]);
    try {
      for await (const usage of readUsage(stage.podman, containers, { intervalSeconds, signal: either })) {
        latest = new Map(usage.map((one) => [one.name, one]));
      }
    } catch {
      // Unknown is shown as such until the next container starts.
      if (!either.aborted) latest = new Map();
    }
  };
  return {
    keep(running) {
      const containers = running.flatMap(({ container }) => (container === null ? [] : [container])).toSorted();
      if (containers.join(" ") === names) return;
      names = containers.join(" ");
      stop.abort();
      stop = new AbortController();
      if (containers.length === 0) latest = new Map();
      else task = Promise.all([task, measure(containers, stop)]).then(() => undefined);
    },
    latest: () => latest,
    async ended() {
      stop.abort();
      await task;
    },
  };
}

/** The services with what they use; unknown for those that were not measured. */
export function withUsage(list: readonly ServiceState[], usage: ReadonlyMap<string, Usage>): ServiceState[] {
  return list.map((service) => {
    const used = usage.get(service.container ?? "");
    if (!used) return service;
    const { cpuPercent, memoryBytes, memoryLimitBytes } = used;
    return { ...service, cpuPercent, memoryBytes, memoryLimitBytes: memoryLimitBytes ?? service.memoryLimitBytes };
  });
}
