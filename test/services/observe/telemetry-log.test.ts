import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { followTelemetry } from "../../../src/services/observe/telemetry-log.ts";
import { temporary } from "../../cli/running.ts";

function following(directory: string) {
  const lines: { service: string; at: string | null; text: string }[] = [];
  const followed = followTelemetry(
    () => [join(directory, "*-events.jsonl")],
    ({ service, at, text }) => lines.push({ service, at, text }),
  );
  onTestFinished(() => followed.close());
  followed.look();
  return { lines, look: followed.look };
}

test("what was there at the end is shown first, then what comes, whole line by whole line", () => {
  const directory = temporary();
  const file = join(directory, "hybrid-events.jsonl");
  writeFileSync(file, `${"old line\n".repeat(10_000)}last old line\n`);
  const { lines, look } = following(directory);
  expect(lines.at(-1)?.text).toBe("last old line");
  expect(lines.length).toBeLessThan(3000);
  expect(new Set(lines.map(({ text }) => text))).toEqual(new Set(["old line", "last old line"]));
  const before = lines.length;
  appendFileSync(file, '{"timestamp":"2026-03-01T10:00:00Z","event":"one"}\nhalf');
  look();
  expect(lines.slice(before)).toEqual([
    { service: "hybrid", at: "2026-03-01T10:00:00.000Z", text: '{"timestamp":"2026-03-01T10:00:00Z","event":"one"}' },
  ]);
  appendFileSync(file, " and the other half\n");
  look();
  expect(lines.at(-1)?.text).toBe("half and the other half");
});

test("a log that was rotated or cut is read on from its start", () => {
  const directory = temporary();
  const file = join(directory, "hybrid-events.jsonl");
  writeFileSync(file, "one\n");
  const { lines, look } = following(directory);
  renameSync(file, join(directory, "old"));
  writeFileSync(file, "two\n");
  look();
  writeFileSync(file, "3\n");
  look();
  expect(lines.map(({ text }) => text)).toEqual(["one", "two", "3"]);
});

test("more than can be shown is skipped, and said so", () => {
  const directory = temporary();
  const file = join(directory, "hybrid-events.jsonl");
  writeFileSync(file, "");
  const { lines, look } = following(directory);
  appendFileSync(file, "x".repeat(99).concat("\n").repeat(100_000));
  look();
  expect(lines[0]?.text).toMatch(/^\d+ bytes came faster than they can be shown and were skipped here$/);
  expect(lines.length).toBeGreaterThan(40_000);
  expect(lines.slice(1).every(({ text }) => text.length === 99)).toBe(true);
});
