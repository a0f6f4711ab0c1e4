import { pause } from "../../engine/pause.ts";
import type { Usage } from "../supervisor/container.ts";
import type { Stage } from "../supervisor/stage.ts";
import type { ServiceState } from "../supervisor/state.ts";
import { readUsage } from "../supervisor/stats.ts";
import type { ServicesView, UsageView } from "./view.ts";

const intervalSeconds = 5;
const againMs = 2000;
const restMs = 30_000;
// Two and a half minutes.
const kept = 30;

/** What each container used at the newest measurements, the newest last. */
export type Trails = ReadonlyMap<string, readonly Usage[]>;

/** Measures what the running containers use. */
export interface UsageFollower {
  /** Measures these and no others. */
  keep(running: readonly ServiceState[]): void;
  /** What was measured of them; another object whenever that has changed. */
  trails(): Trails;
  ended(): Promise<void>;
}

/** Opens the follower; it ends with the signal. */
export function followUsage(stage: Stage, signal: AbortSignal): UsageFollower {
  let names = "";
  let stop = new AbortController();
  let task: Promise<void> = Promise.resolve();
  let trails: Trails = new Map();
  const measure = async (containers: readonly string[], own: AbortController) => {
    const either = AbortSignal.any([signal, own.signal]);
    try {
      // Whoever ended it (a Ctrl-C that was for another program, say), it goes on.
      while (!either.aborted) {
        for await (const usage of readUsage(stage.podman, containers, { intervalSeconds, signal: either })) {
          trails = withMeasured(trails, usage);
        }
        await pause(againMs, { signal: either });
      }
    } catch {
      // Not measured is unknown, as it is where nobody measures any more.
    }
    if (either.aborted) return;
    trails = new Map();
    await pause(restMs, { signal: either });
    if (stop === own) names = "";
  };
  return {
    keep(running) {
      const containers = running.flatMap(({ container }) => (container === null ? [] : [container])).toSorted();
      if (containers.join(" ") === names) return;
      names = containers.join(" ");
      stop.abort();
      stop = new AbortController();
      trails = new Map([...trails].filter(([name]) => containers.includes(name)));
      if (containers.length > 0) task = Promise.all([task, measure(containers, stop)]).then(() => undefined);
    },
    trails: () => trails,
    async ended() {
      stop.abort();
      await task;
    },
  };
}

/** The trails with one more measurement; what it does not name has ended. */
export function withMeasured(trails: Trails, usage: readonly Usage[]): Trails {
  return new Map(usage.map((one) => [one.name, [...(trails.get(one.name) ?? []), one].slice(-kept)]));
}

/** The services with what they use; unknown for those that were not measured. */
export function withUsage(list: readonly ServiceState[], trails: Trails): Pick<ServicesView, "list" | "usage"> {
  const usage: Record<string, UsageView> = {};
  const used = list.map((service) => {
    const trail = trails.get(service.container ?? "") ?? [];
    const newest = trail.at(-1);
    if (!newest) return service;
    usage[service.name] = {
      cpuPercent: trail.flatMap(({ cpuPercent }) => cpuPercent ?? []),
      memoryBytes: trail.flatMap(({ memoryBytes }) => memoryBytes ?? []),
    };
    const { cpuPercent, memoryBytes, memoryLimitBytes } = newest;
    return { ...service, cpuPercent, memoryBytes, memoryLimitBytes: memoryLimitBytes ?? service.memoryLimitBytes };
  });
  return { list: used, usage };
}
