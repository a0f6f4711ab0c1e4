import { type Tier, tiers } from "../../engine/tiers.ts";
import type { Reader } from "./read.ts";

/** How much of the machine a service may take; null is no limit. */
export interface Resources {
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly memoryReservationBytes: number | null;
  readonly pids: number | null;
}

const leastMemory = 6 * 1024 * 1024;

/** The limits of a service: its own, else those it has for the tier. */
export function readResources(service: Reader, tier: Tier): Resources {
  const own = ["deploy", "resources"];
  const tiered = ["x-aistack", "tiers", tier];
  const memoryBytes = service.bytes(...own, "limits", "memory") ?? service.bytes(...tiered, "memory");
  const reserved = service.bytes(...own, "reservations", "memory") ?? service.bytes(...tiered, "reservation");
  const cpus = service.number(...own, "limits", "cpus") ?? service.number(...tiered, "cpus");
  const pids = service.number(...own, "limits", "pids") ?? service.number(...tiered, "pids");
  const key = service.has(...own, "limits", "memory") ? [...own, "limits", "memory"] : [...tiered, "memory"];
  if (memoryBytes !== null && memoryBytes < leastMemory) {
    service.wrong(key, "must be 6m or more, or no container starts", "Write a size like 512m");
  }
  if (memoryBytes !== null && reserved !== null && reserved > memoryBytes) {
    service.wrong(key, "is less than what is reserved", "Raise the limit or reserve less");
  }
  if (cpus !== null && cpus <= 0) service.wrong([...own, "limits", "cpus"], "must be more than 0", "Write 0.5 or 2");
  return { cpus, memoryBytes, memoryReservationBytes: reserved, pids: pids === -1 ? null : pids };
}

/** The smallest tier that runs a service; all tiers do when it says none. */
export function readTier(service: Reader): Tier {
  const text = service.text("x-aistack", "tier");
  const tier = tiers.find((one) => one === text);
  if (text !== null && tier === undefined) {
    service.wrong(["x-aistack", "tier"], `is ${text}, which is no tier`, `Write ${tiers.join(", ")}`);
  }
  return tier ?? "minimal";
}
