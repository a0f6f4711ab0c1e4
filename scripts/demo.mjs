// On a terminal: the console, on what was learned here, or a demonstration when there is nothing to show yet. Anywhere
// else the main job in plain lines: learn from the samples that come along, and say what came of it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const home = fileURLToPath(new URL("../.aistack", import.meta.url));
const run = (...args) => {
  console.log(`\n$ aistack ${args.join(" ")}`);
  const { status } = spawnSync(process.execPath, ["bin/aistack.js", ...args, "--home", home], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
};
const consoleArgs = async () => {
  if (existsSync(`${home}/aistack.db`)) return ["--home", home];
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await ask.question("Nothing was learned here yet. Open a demonstration with recorded events? [Y/n] ");
  ask.close();
  return /^n/i.test(answer) ? ["--home", home] : ["--demo", "--speed", "3"];
};

if (process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb") {
  // In this very process: one more between the terminal and the console would get its signals too, and die of them.
  process.argv.splice(2, Number.POSITIVE_INFINITY, "tui", ...(await consoleArgs()));
  await import("../bin/aistack.js");
} else {
  run("learn", "--once", "--source", "fixtures/telemetry/*.jsonl", "--source", "fixtures/transcripts/*.jsonl");
  run("dataset", "list", "--limit", "5");
  run("status");
}
