import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";
import { expect, test } from "vitest";
import { fixtures, temporary } from "./running.ts";

const program = fileURLToPath(new URL("../../dist/aistack.js", import.meta.url));
const colour = "\u001b[1m";

/** Runs the built program on a terminal of 100 × 30 and returns all that it wrote there, and its exit code. */
function onTerminal(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ text: string; code: number }> {
  const { NO_COLOR: _, ...inherited } = process.env;
  const terminal = spawn(process.execPath, [program, ...args], {
    name: env.TERM ?? "xterm-256color",
    cols: 100,
    rows: 30,
    env: { ...inherited, ...env },
  });
  let text = "";
  terminal.onData((part) => {
    text += part;
  });
  return new Promise((done) => terminal.onExit(({ exitCode }) => done({ text, code: exitCode })));
}

test("a terminal gets colours, and none with NO_COLOR or TERM=dumb", async () => {
  const home = temporary();
  const learn = (place: string, name: string) =>
    onTerminal(["learn", "--once", "--home", place, "--source", join(fixtures, "telemetry", name)]);
  expect((await learn(temporary(), "query-gaps.jsonl")).text).toContain("\u001b[33mwarning:");
  await learn(home, "*.jsonl");
  const list = ["dataset", "list", "--home", home];
  expect((await onTerminal(list)).text).toContain(colour);
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    const { text, code } = await onTerminal(list, env);
    expect([code, text.includes("lessons"), text.includes("\u001b")]).toEqual([0, true, false]);
    const failed = await onTerminal(["dataset", "list", "--home", join(home, "none")], env);
    expect([failed.code, failed.text.includes("aistack:"), failed.text.includes("\u001b")]).toEqual([1, true, false]);
  }
});

test("a terminal gets a progress bar that is gone at the end", async () => {
  const home = temporary();
  mkdirSync(join(home, "telemetry"));
  const line = (id: number) => {
    const task = { task_id: `t${id}`, prompt: `Please do the work of number ${id}`, output: `Number ${id} is done` };
    return `${JSON.stringify({ event: "task_completed", status: "completed", total_iterations: 1, task })}\n`;
  };
  const lines = Array.from({ length: 500 }, (_, id) => line(id)).join("");
  writeFileSync(join(home, "telemetry/x-events.jsonl"), lines);
  const { text, code } = await onTerminal(["learn", "--once", "--json", "--home", home]);
  expect(code).toBe(0);
  expect(text).toMatch(/\[#+-+\] \d+ % {2}\d+ events {2}\d+ lessons/);
  const last = text.slice(text.lastIndexOf("\r\u001b[K") + 4);
  expect(JSON.parse(last).events).toBe(500);
});
