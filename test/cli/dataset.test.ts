import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { aistack, aistackJson, fixtures, lasting } from "./running.ts";

const home = lasting();

beforeAll(() => {
  aistackJson(["learn", "--once", "--home", home, "--source", join(fixtures, "telemetry/hybrid-events.jsonl")]);
});

test.each([
  ["dataset list", "--limit", "1.5"],
  ["dataset list", "--limit", "1e400"],
  ["dataset duplicates", "--limit", "0.5"],
  ["learn --rejected", "--limit", "1.5"],
])("%s %s %s is a mistake that names what is accepted", (command, flag, value) => {
  const { status, stderr } = aistack([...command.split(" "), flag, value, "--home", home]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("--limit must be a whole number, 0 or more")]);
});

test("to look for lessons like nothing is a mistake", () => {
  const { status, stderr } = aistack(["dataset", "list", "--like", "", "--home", home]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("--like is empty")]);
});

test("lessons are reviewed all or none", () => {
  const { lessons } = aistackJson(["dataset", "list", "--home", home]);
  const [one, other] = [lessons[0].id, lessons[1].id];
  const { status, stderr } = aistack(["dataset", "approve", one, "nope", other, "--home", home]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("nope was not found, and no lesson was reviewed")]);
  const reviews = () => aistackJson(["dataset", "list", "--home", home]).lessons.slice(0, 2);
  for (const { review } of reviews()) expect(review).toBe(lessons[0].review);
  expect(aistackJson(["dataset", "approve", one, other, one, "--home", home]).reviewed).toHaveLength(2);
  for (const { review } of reviews()) expect(review).toBe("approved");
});

test("a compressed file that is named as a source is refused as what it is", () => {
  const file = join(home, "named.jsonl.gz");
  writeFileSync(file, gzipSync(readFileSync(join(fixtures, "telemetry/hybrid-events.jsonl"))));
  const { status, stderr } = aistack(["learn", "--once", "--home", home, "--source", file]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("it is compressed (gzip)")]);
});

test.each([["out.jsonl"], ["-"]])("an export tells its result as JSON, also where there is no row: %s", (name) => {
  const output = name === "-" ? name : join(home, name);
  const exported = (...more: string[]) => {
    const { status, stdout, stderr } = aistack([
      "dataset",
      "export",
      "--home",
      home,
      "--format",
      "openai",
      "--output",
      output,
      "--json",
      ...more,
    ]);
    return { status, stdout, result: JSON.parse(name === "-" ? stderr : stdout) };
  };
  expect(exported("--kind", "span")).toMatchObject({
    status: 1,
    result: { error: { code: "failed" } },
  });
  const { status, stdout, result } = exported();
  expect([status, result]).toEqual([0, { schemaVersion: 1, file: output, format: "openai", pairs: result.pairs }]);
  if (name === "-") expect(stdout.trim().split("\n")).toHaveLength(result.pairs);
});
