import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startPostgres } from "../engine/stores/postgres.ts";
import { needs } from "../parts.ts";
import { freePort } from "../services/manifest/loading.ts";
import { aistack, startAistack, temporary, until } from "./running.ts";

function event(id: number): string {
  const task = {
    prompt: `How to make number ${id} work?`,
    output: `Set option ${id} to true`,
    iteration: 1,
    backend: "aider",
  };
  const more = { total_iterations: 30, adaptive_limit_used: 20, timestamp: new Date().toISOString() };
  return `${JSON.stringify({ event: "task_completed", task_id: `task-${id}`, status: "completed", task, ...more })}\n`;
}

function homeWith(lines: number): { home: string; log: string } {
  const home = temporary();
  mkdirSync(join(home, "telemetry"));
  const log = join(home, "telemetry", "ralph-events.jsonl");
  writeFileSync(log, Array.from({ length: lines }, (_, id) => event(id)).join(""));
  return { home, log };
}

function health(home: string) {
  const { status, stdout } = aistack(["serve", "engine", "--health", "--home", home, "--json"]);
  return { status, ...JSON.parse(stdout) };
}

const behindOf = (home: string) => {
  const { sinks } = JSON.parse(aistack(["status", "--home", home, "--json"]).stdout);
  return sinks?.map(({ lagBytes }: { lagBytes: number }) => lagBytes);
};

// A last line may still be on its way.
const linesOf = (text: string) =>
  text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

const learnedIn = (text: string): number =>
  linesOf(text)
    .filter(({ type, sink }) => type === "learned" && sink === "rows")
    .reduce((sum, { events }) => sum + events, 0);

test("serve engine learns, says so in JSON lines, is healthy, and ends well within seconds of SIGTERM", async () => {
  const { home, log } = homeWith(120);
  expect(health(home)).toMatchObject({ status: 1, healthy: false, why: "nobody learns on this home" });
  const engine = startAistack(["serve", "engine", "--home", home, "--json"]);
  await until(() => health(home).healthy && behindOf(home)?.every((bytes: number) => bytes === 0));
  appendFileSync(log, event(500));
  await until(() => learnedIn(engine.text()) === 121);
  await until(() => behindOf(home)?.every((bytes: number) => bytes === 0));
  const asked = performance.now();
  engine.child.kill("SIGTERM");
  expect(await engine.ended).toBe(0);
  expect(performance.now() - asked).toBeLessThan(10_000);
  const lines = linesOf(engine.text());
  expect(lines[0]).toMatchObject({ level: "info", type: "engine.started", home });
  expect(lines.at(-1)).toMatchObject({ level: "info", type: "engine.ended" });
  for (const { at, level, type } of lines) {
    expect([typeof type, new Date(at).toISOString(), ["info", "warning", "error"].includes(level)]).toEqual([
      "string",
      at,
      true,
    ]);
  }
  expect(learnedIn(engine.text())).toBe(121);
  expect(health(home)).toMatchObject({ status: 1, healthy: false });
}, 60_000);

test("while somebody else learns on the home it looks on, and takes over when they end", async () => {
  const { home, log } = homeWith(3);
  const first = startAistack(["learn", "--home", home]);
  await until(() => health(home).healthy);
  const engine = startAistack(["serve", "engine", "--home", home]);
  await until(() => engine.text().includes("engine.held"));
  expect(health(home)).toMatchObject({ healthy: true, holder: { pid: first.child.pid } });
  first.child.kill("SIGKILL");
  await first.ended;
  appendFileSync(log, event(900));
  await until(() => health(home).holder?.pid === engine.child.pid);
  await until(() => behindOf(home)?.every((bytes: number) => bytes === 0));
  engine.child.kill("SIGTERM");
  expect(await engine.ended).toBe(0);
  expect(engine.text()).toMatch(/^\S+Z info engine\.started home=/);
}, 60_000);

test("an engine that is stopped in its tracks is not healthy; a last line without its end is no reason", async () => {
  const { home, log } = homeWith(2);
  const engine = startAistack(["serve", "engine", "--home", home]);
  await until(() => health(home).healthy && behindOf(home)?.every((bytes: number) => bytes === 0));
  appendFileSync(log, '{"event":"task_comp');
  expect(health(home)).toMatchObject({ status: 0, healthy: true });
  engine.child.kill("SIGSTOP");
  appendFileSync(log, 'leted"}\n');
  const stuck = health(home);
  expect([stuck.status, stuck.healthy, stuck.why]).toEqual([1, false, expect.stringContaining(`rows: ${log} from`)]);
  engine.child.kill("SIGCONT");
  await until(() => health(home).healthy);
  engine.child.kill("SIGTERM");
  expect(await engine.ended).toBe(0);
}, 60_000);

test("what cannot be served ends at once: an unknown service with 2, a home that cannot be made with 1", () => {
  const unknown = aistack(["serve", "nothing"]);
  expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining("engine")]);
  expect(aistack(["serve"]).status).toBe(2);
  const file = join(temporary(), "file");
  writeFileSync(file, "");
  const { status, stdout, stderr } = aistack(["serve", "engine", "--home", join(file, "home"), "--json"]);
  expect(status).toBe(1);
  const types = stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  expect(types.map(({ type, error }) => type ?? error.code)).toEqual([
    "engine.started",
    "engine.failed",
    "engine.ended",
    "home",
  ]);
  expect(stderr).toContain("was not made");
});

test.skipIf(needs("postgres").missing)(
  "a learner whose PostgreSQL server went away counts as well, says what it waits for, and goes on when it is back",
  async () => {
    await using server = await startPostgres();
    const { home, log } = homeWith(3);
    const pairs = [...server.settings(), "breakers.openMs=200", "postgres.connectTimeoutMs=1000"];
    const settings = pairs.map((pair) => {
      const [key = "", ...rest] = pair.split("=");
      const value = rest.join("=");
      return [key, /^\d+$/.test(value) ? Number(value) : value] as const;
    });
    writeFileSync(join(home, "config.json"), JSON.stringify(Object.fromEntries(settings)));
    mkdirSync(join(home, "secrets"), { mode: 0o700 });
    writeFileSync(join(home, "secrets", "postgres_password"), server.password, { mode: 0o600 });
    const engine = startAistack(["serve", "engine", "--home", home, "--json"]);
    const caughtUp = () => behindOf(home)?.every((bytes: number) => bytes === 0) === true;
    await until(caughtUp);
    await server.stop();
    appendFileSync(log, event(700));
    expect(health(home)).toMatchObject({
      status: 0,
      healthy: true,
      why: expect.stringContaining("the learner waits for its store"),
    });
    await server.start();
    await until(caughtUp);
    expect(health(home)).toMatchObject({ healthy: true, why: "" });
    engine.child.kill("SIGTERM");
    expect(await engine.ended).toBe(0);
    expect(learnedIn(engine.text())).toBe(4);
  },
  60_000,
);

test("a learner that is asked to end while its PostgreSQL server is away ends well", async () => {
  const { home } = homeWith(3);
  const port = await freePort();
  writeFileSync(join(home, "config.json"), JSON.stringify({ "store.kind": "postgres", "postgres.port": port }));
  const engine = startAistack(["serve", "engine", "--home", home, "--json"]);
  await until(() => engine.text().includes("sink.waiting"));
  engine.child.kill("SIGTERM");
  expect(await engine.ended).toBe(0);
  expect(linesOf(engine.text()).map(({ type }) => type)).not.toContain("engine.failed");
}, 60_000);
