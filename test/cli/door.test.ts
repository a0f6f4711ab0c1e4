import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
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
      await until(() => lag().learned !== null && lag().learned.events > 500, 60_000);
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
  expect(kept.lessons).toBeGreaterThan(50);
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
    const bodies: string[] = [];
    const proxy = createServer((asked, answered) => {
      const parts: Buffer[] = [];
      asked.on("data", (part) => parts.push(part));
      asked.on("end", () => {
        const body = Buffer.concat(parts);
        bodies.push(`${asked.url} ${JSON.stringify(asked.headers)} ${body.toString()}`);
        const { method, url, headers } = asked;
        const on = request({ host: "127.0.0.1", port: qdrant.port, method, path: url, headers }, (answer) => {
          answered.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(answered);
        });
        on.on("error", () => answered.destroy());
        on.end(body);
      });
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const place = proxy.address();
    const port = typeof place === "object" && place !== null ? place.port : 0;
    const home = temporary();
    mkdirSync(join(home, "secrets"));
    writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
    const pairs = [...server.settings(), `qdrant.url=http://127.0.0.1:${port}`];
    const settings = pairs.flatMap((pair) => ["--set", pair]);
    const { kept } = await learnPlanted(home, settings, [points]);
    expect(kept.lessons).toBeGreaterThan(50);
    server.sql("CHECKPOINT");
    expect(leaksIn(server.directory, marks)).toEqual([]);
    expect(bodies.length).toBeGreaterThan(10);
    expect(bodies.filter((body) => leaked(body).length > 0)).toEqual([]);
  },
  300_000,
);
