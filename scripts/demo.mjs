// The main job on the embedded default: learn from what this machine has, and from the samples that come along.
import { spawnSync } from "node:child_process";
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
run("learn", "--once", "--source", "fixtures/telemetry/*.jsonl", "--source", "fixtures/transcripts/*.jsonl");
run("dataset", "list", "--limit", "5");
run("status");
