import { Failure } from "../engine/errors.ts";
import type { Machine } from "../engine/machine.ts";
import type { Check } from "./check.ts";
import type { Finding } from "./manifest/finding.ts";
import type { Stack } from "./stack.ts";

const gibibyte = 1024 ** 3;

function size(bytes: number | null): string {
  return bytes === null ? "unknown" : `${(bytes / gibibyte).toFixed(1)} GiB`;
}

/** What can be said about a machine and the tier that runs on it. */
export function judgeTier(
  tier: string,
  chosen: "measured" | "wanted",
  machine: Machine,
  findings: readonly Finding[],
): Check {
  const { memoryBytes, memoryFrom, cpus, cpusFrom, diskFreeBytes, diskBytes } = machine;
  const from = (name: string) => (name === "machine" ? "" : ` (${name})`);
  const facts = [
    `tier ${tier} (${chosen})`,
    `${size(memoryBytes)} of memory${from(memoryFrom)}`,
    `${Number(cpus.toFixed(2))} ${cpus === 1 ? "CPU" : "CPUs"}${from(cpusFrom)}`,
    `disk ${size(diskFreeBytes)} free of ${size(diskBytes)}`,
  ];
  const overfull = findings.find(({ rule }) => rule === "memory");
  const found = overfull === undefined ? facts : [...facts, `the stack ${overfull.message}`];
  return {
    name: "machine",
    verdict: overfull === undefined ? "ok" : "warning",
    found: found.join(", "),
    hint: overfull?.hint ?? "",
  };
}

/** Measures the machine and whether the stack's limits fit on it. */
export async function checkMachine(stack: Stack): Promise<Check> {
  const { examineStack } = await import("./manifest/load.ts");
  try {
    const { tier, tierChosen, machine, findings } = await examineStack(stack.config);
    return judgeTier(tier, tierChosen, machine, findings);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { name: "machine", verdict: "warning", found: error.message, hint: error.hint };
  }
}
