import { join } from "node:path";
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
