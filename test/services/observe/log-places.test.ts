import { expect, test } from "vitest";
import { openLogMerge } from "../../../src/services/observe/log-merge.ts";
import { openLogPlaces } from "../../../src/services/observe/log-places.ts";
import type { LogLine } from "../../../src/services/supervisor/state.ts";

const line = (service: string, at: string | null, text = "", stream: LogLine["stream"] = "stdout"): LogLine => ({
  service,
  stream,
  at,
  text,
});

test("a log that is followed again goes on where it was heard to last, and no line is heard twice", () => {
  const places = openLogPlaces();
  const first = [
    line("web", "2026-03-01T12:00:00.5Z", "one"),
    line("web", "2026-03-01T12:00:00.500000001Z", "two"),
    line("web", "2026-03-01T12:00:00.500000001Z", "two of that time"),
    line("web", "2026-03-01T12:00:00.25Z", "an error written before", "stderr"),
  ];
  expect(places.since("web")).toBeNull();
  expect(first.filter((one) => places.isNew(one))).toEqual(first);
  expect(places.since("web")).toBe("2026-03-01T12:00:00.25Z");
  const again = [...first, line("web", "2026-03-01T12:00:00.500000001Z", "a third"), line("web", null, "no time")];
  expect(again.filter((one) => places.isNew(one)).map(({ text }) => text)).toEqual(["a third", "no time"]);
  expect(places.since("api")).toBeNull();
});

test("what several services wrote before stands in the order of its times", async () => {
  const lines: string[] = [];
  const merge = openLogMerge(({ text }) => lines.push(text));
  merge.push(line("api", "2026-03-01T12:00:01Z", "second"));
  merge.push(line("api", null, "below second"));
  merge.push(line("api", "2026-03-01T12:00:03.1Z", "fourth"));
  merge.push(line("web", "2026-03-01T12:00:00.9Z", "first"));
  merge.push(line("web", "2026-03-01T12:00:03.09Z", "third"));
  expect(lines).toEqual([]);
  await expect.poll(() => lines).toEqual(["first", "second", "below second", "third", "fourth"]);
  merge.hold(60_000);
  merge.push(line("web", "2026-03-01T12:00:05Z", "at the end"));
  merge.close();
  expect(lines.at(-1)).toBe("at the end");
});
