import fc from "fast-check";
import { expect, test } from "vitest";
import { type FollowOptions, openFollower } from "../../../src/engine/telemetry/tail.ts";
import { counted } from "../../counts.ts";
import { anyStep, type OpenFollower, play, type Step } from "./model.ts";
import { bugs, plant } from "./planted-bugs.ts";
import { temporaryDirectory } from "./writing.ts";

const sequences = counted(5000, 20_000);
const oneFileSequences = counted(1000, 5000);
const timeoutMs = counted(180_000, 1_800_000);

function attempt(
  open: OpenFollower,
  numRuns: number,
  parent: string,
  { openFilesMax = 64, endOnFailure = false } = {},
) {
  return fc.check(
    fc.asyncProperty(fc.array(anyStep, { minLength: 4, maxLength: 14 }), fc.boolean(), async (steps, longHeads) => {
      const wrong = await play(steps, parent, open, { openFilesMax, longHeads });
      if (wrong !== null) throw new Error(wrong);
    }),
    { numRuns, endOnFailure },
  );
}

function report(details: Awaited<ReturnType<typeof attempt>>): string {
  return details.failed ? `${fc.defaultReportMessage(details)}${details.errorInstance}` : "";
}

test(
  "whatever happens to logs, each line that can still be read is delivered exactly once",
  async () => {
    using directory = temporaryDirectory();
    expect(report(await attempt(openFollower, sequences, directory.path))).toBe("");
  },
  timeoutMs,
);

test(
  "so it is when only one file may be open at a time",
  async () => {
    using directory = temporaryDirectory();
    expect(report(await attempt(openFollower, oneFileSequences, directory.path, { openFilesMax: 1 }))).toBe("");
  },
  timeoutMs,
);

test("lines that were read before their log was cut and copied are handed out once", async () => {
  using directory = temporaryDirectory();
  const lines = (count: number) => ({ count, header: false, padded: false });
  const steps: Step[] = [
    { kind: "start" },
    { kind: "append", log: 0, lines: lines(4) },
    { kind: "glance", events: 1, batches: 1 },
    { kind: "copytruncate", log: 0 },
    { kind: "append", log: 0, lines: lines(3) },
    { kind: "poll", events: 500 },
  ];
  for (const openFilesMax of [1, 64]) {
    expect(await play(steps, directory.path, openFollower, { openFilesMax, longHeads: false })).toBe(null);
  }
});

test("a copy of a cut log is not read again when the log itself is gone for a while", async () => {
  using directory = temporaryDirectory();
  const lines = { count: 1, header: false, padded: false };
  const steps: Step[] = [
    { kind: "start" },
    { kind: "append", log: 0, lines },
    { kind: "glance", events: 1, batches: 1 },
    { kind: "copytruncate", log: 0 },
    { kind: "append", log: 0, lines },
    { kind: "rotate", log: 0, into: "beside", anew: false },
    { kind: "glance", events: 1, batches: 1 },
    { kind: "lose", events: 1 },
    { kind: "twins" },
  ];
  expect(await play(steps, directory.path, openFollower)).toBe(null);
});

test("a copy of a log is known as one even if it has the inode of another log that is gone and begins like it", async () => {
  using directory = temporaryDirectory();
  const steps: Step[] = [
    { kind: "append", log: 1, lines: { count: 0, header: true, padded: false } },
    { kind: "start" },
    { kind: "glance", events: 1, batches: 1 },
    { kind: "append", log: 0, lines: { count: 1, header: true, padded: false } },
    { kind: "remove", log: 1 },
    { kind: "glance", events: 1, batches: 2 },
    { kind: "copytruncate", log: 0 },
  ];
  expect(await play(steps, directory.path, openFollower, { openFilesMax: 64, longHeads: false })).toBe(null);
  const long: Step[] = [
    { kind: "start" },
    { kind: "append", log: 0, lines: { count: 4, header: true, padded: true } },
    { kind: "append", log: 1, lines: { count: 0, header: true, padded: true } },
    { kind: "poll", events: 2 },
    { kind: "remove", log: 1 },
    { kind: "start" },
    { kind: "copytruncate", log: 0 },
  ];
  expect(await play(long, directory.path, openFollower, { openFilesMax: 1, longHeads: true })).toBe(null);
});

test.each([
  ["plain", 1, null],
  ["compressed", 1, ".gz" as const],
])(
  "a %s copy that was made before the last lines were read, and then its log was cut, is not read again",
  async (_, lag, ending) => {
    using directory = temporaryDirectory();
    const steps: Step[] = [
      { kind: "start" },
      { kind: "append", log: 0, lines: { count: 4, header: true, padded: false } },
      { kind: "poll", events: 500 },
      { kind: "copy", log: 0, ending },
      { kind: "append", log: 0, lines: { count: lag, header: false, padded: false } },
      { kind: "poll", events: 500 },
      { kind: "rewrite", log: 0, lines: { count: 2, header: true, padded: false } },
      { kind: "poll", events: 500 },
    ];
    expect(await play(steps, directory.path, openFollower)).toBe(null);
  },
);

test(
  "a follower that forgets its cursors, or saves them too early, does not pass",
  async () => {
    using directory = temporaryDirectory();
    const forgetful = (options: FollowOptions) => openFollower({ ...options, cursors: [] });
    const hasty = (options: FollowOptions) => {
      const follower = openFollower(options);
      let waiting = follower.next(1);
      return {
        ...follower,
        refresh() {
          follower.refresh();
          waiting ??= follower.next(1);
        },
        next(events: number) {
          const batch = waiting;
          waiting = follower.next(events);
          return batch && { ...batch, cursors: [...batch.cursors, ...(waiting?.cursors ?? [])] };
        },
      };
    };
    for (const planted of [forgetful, hasty])
      expect((await attempt(planted, sequences, directory.path)).failed).toBe(true);
  },
  timeoutMs,
);

test.each(bugs)(
  "a follower with a mistake in $name does not pass",
  async (bug) => {
    using directory = temporaryDirectory();
    if (bug.steps) {
      const terms = { openFilesMax: 64, longHeads: true };
      expect(await play(bug.steps, directory.path, openFollower, terms)).toBe(null);
      const planted = await plant(bug, directory.path);
      expect(await play(bug.steps, directory.path, planted, terms)).toMatch(/twice|not delivered/);
      return;
    }
    const details = await attempt(await plant(bug, directory.path), 4 * sequences, directory.path, {
      endOnFailure: true,
    });
    expect(details.failed).toBe(true);
  },
  timeoutMs,
);
