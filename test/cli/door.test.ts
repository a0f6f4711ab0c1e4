import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startPostgres } from "../engine/stores/postgres.ts";
import { needs } from "../parts.ts";
import { startQdrantProcess } from "../stand-ins/qdrant-process.ts";
import { indexedAmong, leaksIn } from "./former/leaks.ts";
import { marks, plantedFiles } from "./former/planted-lines.ts";
import { aistack, aistackJson, fixtures, startAistack, temporary, until } from "./running.ts";

const leaked = (text: string) => marks.filter((mark) => text.includes(mark));

/** Looks at every file below some directories all the time, until it is asked what it saw. */
function watchFor(pidFile: string, directories: readonly string[]) {
  const script = join(import.meta.dirname, "former/watch-leaks.ts");
  const child = spawn(process.execPath, [script, marks.join(","), pidFile, ...directories], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return async () => {
    child.stdin.end();
    await once(child, "close");
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    return { leaks: lines.slice(0, -1), looks: Number(lines.at(-1)?.looks) };
  };
}

/** Learns from planted lines as they are written, killed now and then, and then to the end; returns what was said. */
async function learnPlanted(home: string, settings: readonly string[], directories: readonly string[]) {
  const logs = temporary();
  const pidFile = join(temporary(), "pid");
  const seen = watchFor(pidFile, [home, ...directories]);
  const files = plantedFiles(fixtures);
  for (const name of files.keys()) writeFileSync(join(logs, name), "");
  const args = ["--home", home, "--source", join(logs, "*.jsonl"), ...settings];
  const quick = [
    "learning.turnIdleMs=1000",
    "learning.checkpointMs=20",
    "learning.pollMs=20",
    "telemetry.maxLineBytes=8000",
  ];
  const follow = ["learn", ...args, ...quick.flatMap((pair) => ["--set", pair])];
  let said = "";
  const rounds = 6;
  for (let round = 0; round < rounds; round++) {
    const learner = startAistack(follow);
    writeFileSync(pidFile, String(learner.child.pid));
    for (const [name, lines] of files) {
      const from = Math.floor((lines.length * round) / rounds);
      const to = Math.floor((lines.length * (round + 1)) / rounds);
      for (const line of lines.slice(from, to)) appendFileSync(join(logs, name), `${line}\n`);
    }
    const bytes = Buffer.concat([Buffer.from(`{"bad": "${marks[0]} `), Buffer.from([0xff, 0xfe]), Buffer.from("\n")]);
    appendFileSync(join(logs, "ralph-planted.jsonl"), bytes);
    if (round === rounds - 1) {
      const lag = () =>
        aistackJson([
          "status",
          "--home",
          home,
          ...settings.concat("--set", `telemetry.sources=${join(logs, "*.jsonl")}`),
        ]);
      // Its first batches are taken, so it is wholly awake.
      const eventsAtStart = lag().learned?.events ?? 0;
      await until(() => (lag().learned?.events ?? 0) > Math.max(500, eventsAtStart), 30_000);
      learner.child.kill("SIGINT");
    } else setTimeout(() => void learner.child.kill("SIGKILL"), 700 + round * 150);
    await learner.ended;
    said += learner.text();
  }
  const last = aistack(["learn", "--once", "--json", ...args]);
  expect([last.status, last.stderr]).toEqual([0, last.stderr]);
  const { leaks, looks } = await seen();
  expect(leaks).toEqual([]);
  expect(looks).toBeGreaterThan(20);
  expect(leaked(said + last.stdout + last.stderr)).toEqual([]);
  for (const shown of [
    ["status"],
    ["doctor"],
    ["info"],
    ["learn", "--rejected"],
    ["dataset", "list", "--limit", "1000"],
    ["dataset", "stats"],
    ["dataset", "export"],
    ["proposals"],
    ["breakers"],
  ]) {
    const { stdout, stderr } = aistack([...shown, "--home", home, ...settings]);
    expect([shown, leaked(stdout + stderr)]).toEqual([shown, []]);
  }
  const { kept } = aistackJson(["status", "--home", home, ...settings]);
  return { kept, logs };
}

test("no planted word is ever in any file but the logs, while it learns, when it is killed, and after", async () => {
  const home = temporary();
  const { kept, logs } = await learnPlanted(home, [], []);
  expect(kept.lessons).toBeGreaterThan(30);
  expect(kept.proposals).toBeGreaterThan(0);
  expect(leaksIn(logs, marks).length).toBeGreaterThan(5);
  expect(indexedAmong(join(home, "aistack.db"), marks)).toEqual([]);
}, 240_000);

test.skipIf(needs("postgres").missing)(
  "no planted word ever reaches PostgreSQL, its log, or Qdrant",
  async () => {
    const told = ["logging_collector=on", "log_statement=all", "log_parameter_max_length=-1", "log_directory=told"];
    await using server = await startPostgres(told);
    const points = temporary();
    await using qdrant = await startQdrantProcess({ directory: points });
    const asked = join(points, "asked");
    const proxy = join(import.meta.dirname, "former/recording-proxy.ts");
    const child = spawn(process.execPath, [proxy, String(qdrant.port), asked], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [port] = await once(child.stdout.setEncoding("utf8"), "data");
    const home = temporary();
    mkdirSync(join(home, "secrets"));
    writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
    const pairs = [...server.settings(), `qdrant.url=http://127.0.0.1:${String(port).trim()}`];
    const settings = pairs.flatMap((pair) => ["--set", pair]);
    const { kept } = await learnPlanted(home, settings, [points]);
    expect(kept.lessons).toBeGreaterThan(30);
    server.sql("CHECKPOINT");
    expect(leaksIn(server.directory, marks)).toEqual([]);
    const all = readFileSync(asked, "utf8");
    expect(all).toContain("/points");
    expect(leaked(all)).toEqual([]);
  },
  300_000,
);
