import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { measureMachine } from "../../src/engine/machine.ts";
import { chooseTier, tierOf } from "../../src/engine/tiers.ts";

const machines = fileURLToPath(new URL("../../fixtures/machines", import.meta.url));

function look(name: string) {
  const machine = measureMachine(machines, join(machines, name));
  const { memoryFrom, cpus, cpusFrom, memoryBytes } = machine;
  return [tierOf(memoryBytes), Math.floor(memoryBytes / 1e6), memoryFrom, cpus, cpusFrom];
}

test.each([
  ["laptop-4gb", "minimal", 4000, "machine", 2, "machine"],
  ["laptop-8gb", "standard", 8191, "machine", 4, "machine"],
  ["laptop-16gb", "full", 16503, "machine", 8, "machine"],
  ["vm-just-under-8gb", "minimal", 7999, "machine", 4, "machine"],
  ["vm-just-8gb", "standard", 8000, "machine", 4, "machine"],
  ["vm-just-under-16gb", "standard", 15999, "machine", 8, "machine"],
  ["vm-just-16gb", "full", 16000, "machine", 8, "machine"],
  ["container-v2", "minimal", 6442, "cgroup v2", 1.5, "cgroup v2"],
  ["nested-v2", "standard", 12884, "cgroup v2", 2.5, "cgroup v2"],
  ["container-v1", "standard", 9663, "cgroup v1", 3, "cgroup v1"],
  ["hybrid-v1", "full", 25276, "machine", 2, "machine"],
])("%s is measured as it is bound: %s", (name, ...measured) => {
  expect(look(name)).toEqual(measured);
});

test("a wanted tier wins over the measured one, and says so", () => {
  const machine = measureMachine(machines, join(machines, "laptop-4gb"));
  expect(chooseTier("auto", machine)).toEqual({ tier: "minimal", chosen: "measured" });
  expect(chooseTier("full", machine)).toEqual({ tier: "full", chosen: "wanted" });
});

test("this machine is measured, with the disk of a home that is not there yet", () => {
  const machine = measureMachine(join(machines, "no", "such", "home"));
  expect(machine.memoryBytes).toBeGreaterThan(64 * 1024 * 1024);
  expect(machine.cpus).toBeGreaterThan(0);
  expect(machine.diskFreeBytes).toBeGreaterThan(0);
  expect(machine.diskBytes).toBeGreaterThanOrEqual(machine.diskFreeBytes ?? 0);
});
