import { expect, test } from "vitest";
import { type Trails, withMeasured, withUsage } from "../../../src/services/observe/container-usage.ts";
import type { Usage } from "../../../src/services/supervisor/container.ts";
import { service } from "../../tui/showing.ts";

const used = (name: string, cpuPercent: number | null, memoryBytes: number | null = 1000): Usage => ({
  name,
  cpuPercent,
  memoryBytes,
  memoryLimitBytes: 4000,
});

function measured(...frames: readonly Usage[][]): Trails {
  return frames.reduce(withMeasured, new Map<string, readonly Usage[]>());
}

test("what is measured follows what was measured before, and what ended is forgotten", () => {
  const trails = measured([used("x-web", 1), used("x-db", 5)], [used("x-web", 2)], [used("x-web", 3)]);
  expect([...trails.keys()]).toEqual(["x-web"]);
  const { list, usage } = withUsage(
    [service("web", { cpuPercent: null }), service("db", { cpuPercent: null })],
    trails,
  );
  expect(usage).toEqual({ web: { cpuPercent: [1, 2, 3], memoryBytes: [1000, 1000, 1000] } });
  expect(list.map(({ cpuPercent, memoryLimitBytes }) => [cpuPercent, memoryLimitBytes])).toEqual([
    [3, 4000],
    [null, 500_000_000],
  ]);
});

test("the newest thirty measurements are kept", () => {
  const frames = Array.from({ length: 100 }, (_, at) => [used("x-web", at)]);
  const { usage } = withUsage([service("web")], measured(...frames));
  expect(usage.web?.cpuPercent).toEqual(Array.from({ length: 30 }, (_, at) => 70 + at));
});

test("what Podman could not measure is unknown, and no zero among the others", () => {
  const { list, usage } = withUsage([service("web")], measured([used("x-web", 4)], [used("x-web", null, null)]));
  expect(usage).toEqual({ web: { cpuPercent: [4], memoryBytes: [1000] } });
  expect([list[0]?.cpuPercent, list[0]?.memoryBytes]).toEqual([null, null]);
});
