import { expect, test } from "vitest";
import { foldRun } from "../../../src/services/observe/command-log.ts";
import type { CommandRun } from "../../../src/services/supervisor/state.ts";
import { calmView, show } from "../../tui/showing.ts";

const startedAt = "2026-03-01T12:00:00.000Z";

function run(argv: readonly string[], by: Partial<CommandRun> = {}): CommandRun {
  return { argv, startedAt, elapsedMs: 42, exitCode: 0, ...by };
}

test("a command appears when it begins and is completed when it ends", () => {
  const begun = run(["ps"], { elapsedMs: null, exitCode: null });
  const view = foldRun(calmView(), begun);
  expect(view.commands).toMatchObject([begun]);
  const ended = { ...begun, elapsedMs: 42, exitCode: 0 };
  expect(foldRun(view, ended).commands).toMatchObject([ended]);
});

test("what changed something and what still runs is kept while one look after the other is forgotten", () => {
  const following = run(["logs", "--follow", "x-web"], { elapsedMs: null, exitCode: null });
  let view = foldRun(foldRun(calmView(), run(["stop", "x-web"])), following);
  for (let turn = 0; turn < 1000; turn++) view = foldRun(view, run(["ps", String(turn)]));
  expect(view.commands).toHaveLength(300);
  expect(view.commands.slice(0, 3).map(({ argv }) => argv)).toEqual([["stop", "x-web"], following.argv, ["ps", "702"]]);
  for (let turn = 0; turn < 1000; turn++) view = foldRun(view, run(["start", String(turn)]));
  expect(view.commands).toHaveLength(300);
  expect(view.commands.at(-1)?.argv).toEqual(["start", "999"]);
});

test("the row one looks at stays where it is while others come and go", () => {
  let view = foldRun(calmView(), run(["start", "x-web"]));
  for (let turn = 0; turn < 300; turn++) view = foldRun(view, run(["ps", String(turn)]));
  const shown = show(view).keys("8", "j", "j");
  const row = shown.rows().find((one) => one.includes("›"));
  for (let turn = 0; turn < 5; turn++) view = foldRun(view, run(["ps", `later ${turn}`]));
  shown.next({ commands: view.commands });
  expect(shown.rows().find((one) => one.includes("›"))).toBe(row);
});

test("a command stands there, and is copied, as it could be typed", () => {
  const view = foldRun(calmView(), run(["exec", "x-web", "sh", "-c", "echo it's me"], { exitCode: 127 }));
  const typed = "podman exec x-web sh -c 'echo it'\\''s me'";
  const shown = show(view).keys("8");
  expect(shown.text()).toContain(`127     ${typed}`);
  expect(shown.keys("y").done.at(-1)).toBe(`copy ${typed}`);
  expect(shown.keys("enter").text()).toMatch(/it ended with 127 after 42ms/);
});
