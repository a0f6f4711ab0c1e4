import fc from "fast-check";
import { expect, test } from "vitest";
import { type FollowOptions, openFollower } from "../../../src/engine/telemetry/tail.ts";
import { anyStep, play } from "./model.ts";
import { temporaryDirectory } from "./writing.ts";

const sequences = 5000;

function attempt(open: typeof openFollower, numRuns: number, parent: string) {
  return fc.check(
    fc.property(fc.array(anyStep, { minLength: 4, maxLength: 14 }), (steps) => {
      const wrong = play(steps, parent, open);
      if (wrong !== null) throw new Error(wrong);
    }),
    { numRuns },
  );
}

test("whatever happens to logs, each line that can still be read is delivered exactly once", () => {
  using directory = temporaryDirectory();
  const details = attempt(openFollower, sequences, directory.path);
  expect(details.failed ? `${fc.defaultReportMessage(details)}${details.errorInstance}` : "").toBe("");
}, 180_000);

test("a follower that forgets its cursors, or saves them too early, does not pass", () => {
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
  for (const planted of [forgetful, hasty]) expect(attempt(planted, sequences, directory.path).failed).toBe(true);
}, 180_000);
