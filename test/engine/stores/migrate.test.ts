import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openConfig } from "../../../src/engine/config.ts";
import { sumsOf } from "../../../src/engine/stores/move.ts";
import { lookAtHold } from "../../../src/services/hold.ts";
import { openStack } from "../../../src/services/stack.ts";
import { aistack, aistackJson, startAistack, temporary, until } from "../../cli/running.ts";
import { sessionLines, sessionsEnd, taskLine } from "../../faults/running.ts";
import { needs } from "../../parts.ts";
import { startPostgres } from "./postgres.ts";

const missing = needs("postgres").missing;
const server = missing ? null : await startPostgres();
afterAll(() => server?.[Symbol.asyncDispose]());

let homes = 0;

/** A home that has learned from a log, with so many sessions of which every second is rejected, and knows a server to move to. */
function learnedHome(lessons: number, sessions = 0): { home: string; log: string; schema: string } {
  if (server === null) throw new Error("there is no server");
  const home = temporary();
  const schema = `moved${homes++}`;
  mkdirSync(join(home, "secrets"));
  writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
  for (const pair of server.settings(schema).filter((one) => !one.startsWith("store.kind"))) {
    const [key = "", value = ""] = pair.split("=");
    aistackJson(["config", "set", key, value, "--home", home]);
  }
  const log = join(home, "ralph-events.jsonl");
  writeFileSync(
    log,
    Array.from({ length: lessons }, (_, index) => taskLine(`t${index}`, index % 7 === 0 ? "\0é\ue000" : "")).join(""),
  );
  appendFileSync(
    log,
    `{oops\n${JSON.stringify({ event: "task_completed", task_id: "t", status: "completed", total_iterations: 20, adaptive_limit_used: 20, task: {} })}\n`,
  );
  appendFileSync(log, Array.from({ length: sessions }, (_, round) => sessionLines(round)).join(""));
  aistackJson(["learn", "--once", "--home", home, "--source", log]);
  const [lesson] = aistackJson(["dataset", "list", "--limit", "1", "--home", home]).lessons;
  aistackJson(["dataset", "approve", lesson.id, "--home", home]);
  return { home, log, schema };
}

async function sums(home: string) {
  await using stack = openStack(openConfig({ home }), () => undefined);
  return await sumsOf(await stack.look(), new AbortController().signal);
}

describe.skipIf(missing)("moving everything to the other store", () => {
  test("killed again and again, it ends with the same rows there and back, and switches only then", async () => {
    // More than one page of what is withdrawn.
    const { home, log } = learnedHome(1500, 1100);
    const { taught, rejected } = sessionsEnd(1100);
    const lessons = 1500 + taught.length;
    const before = await sums(home);
    expect(before.find(({ table }) => table === "lessons")?.rows).toBe(lessons);
    expect(before.find(({ table }) => table === "withdrawn")?.rows).toBe(rejected.length);
    expect(before.find(({ table }) => table === "bands")?.rows).toBeGreaterThan(1500);
    expect(before.filter(({ rows, table }) => rows === 0 && table !== "aliases")).toEqual([]);
    for (const to of ["postgres", "embedded"]) {
      let killed = 0;
      for (let atMs = 60; ; atMs += 60) {
        const moving = startAistack(["store", "migrate", "--to", to, "--home", home]);
        const timer = setTimeout(() => moving.child.kill("SIGKILL"), atMs);
        const code = await moving.ended;
        clearTimeout(timer);
        if (code === 0) {
          // A kill may come after the move has ended; then there is nothing left to do.
          expect(moving.text()).toMatch(/verified|is kept \w+ already/);
          break;
        }
        expect(code, moving.text()).toBe(null);
        killed++;
        expect(killed).toBeLessThan(60);
      }
      expect(killed).toBeGreaterThan(3);
      expect(aistackJson(["config", "get", "store.kind", "--home", home]).value).toBe(to);
      expect(await sums(home)).toEqual(before);
      expect(aistackJson(["store", "status", "--home", home])).toMatchObject({
        kind: to,
        reachable: true,
        kept: { lessons, pairs: lessons, negatives: rejected.length, approved: 1 },
      });
      expect(aistackJson(["dataset", "list", "--search", "t1499", "--home", home]).lessons).toHaveLength(1);
      expect(aistackJson(["learn", "--once", "--home", home, "--source", log])).toMatchObject({ events: 0 });
      expect(readdirSync(home).filter((name) => name.includes("migrating"))).toEqual([]);
    }
    expect(readdirSync(home).filter((name) => name.startsWith("aistack.db.before-")).length).toBeGreaterThan(0);
    appendFileSync(log, taskLine("after"));
    expect(aistackJson(["learn", "--once", "--home", home, "--source", log])).toMatchObject({ events: 1, lessons: 1 });
    expect(readFileSync(join(home, "dataset.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(lessons + 1);
  });

  test("killed between the switch and its end, it is finished by typing the same again", async () => {
    const { home, schema } = learnedHome(20);
    aistackJson(["store", "migrate", "--to", "postgres", "--home", home]);
    server?.sql(
      `INSERT INTO ${schema}.facts VALUES ('migration', '{"from":"x","done":[],"after":null,"verified":"abc"}')`,
    );
    const again = aistackJson(["store", "migrate", "--to", "postgres", "--home", home]);
    expect(again).toMatchObject({ verified: true, note: expect.stringContaining("earlier move") });
    expect(server?.sql(`SELECT count(*) FROM ${schema}.facts WHERE name = 'migration'`)).toEqual(["0"]);
    expect(aistackJson(["store", "migrate", "--to", "postgres", "--home", home])).toMatchObject({ moved: false });
  });

  test("what is at the target already is put aside, not mixed in and not lost", async () => {
    const { home, schema } = learnedHome(20);
    aistackJson([
      "learn",
      "--once",
      "--home",
      home,
      "--set",
      "store.kind=postgres",
      "--source",
      join(home, "ralph-events.jsonl"),
    ]);
    server?.sql(`DELETE FROM ${schema}.lessons WHERE seq > 5`);
    expect(aistackJson(["store", "migrate", "--to", "postgres", "--dry-run", "--home", home])).toMatchObject({
      dryRun: true,
      putAside: "5 lessons that are there now",
    });
    expect(aistackJson(["config", "get", "store.kind", "--home", home]).value).toBe("embedded");
    const { putAside } = aistackJson(["store", "migrate", "--to", "postgres", "--home", home]);
    expect(aistackJson(["status", "--home", home]).kept).toMatchObject({ lessons: 20 });
    expect(server?.sql(`SELECT count(*) FROM ${putAside.split("#")[1]}.lessons`)).toEqual(["5"]);
    expect(existsSync(join(home, "aistack.db"))).toBe(true);
  });

  test("a copy that was changed behind its back is found by its checksum and made again", async () => {
    const { home, schema } = learnedHome(300);
    const moving = startAistack(["store", "migrate", "--to", "postgres", "--home", home]);
    const copied = () => {
      try {
        return Number(server?.sql(`SELECT count(*) FROM ${schema}_migrating.vectors`)[0]);
      } catch {
        return 0;
      }
    };
    const end = performance.now() + 20_000;
    while (copied() === 0 && performance.now() < end) await new Promise((done) => setTimeout(done, 5));
    moving.child.kill("SIGKILL");
    await moving.ended;
    expect(aistackJson(["config", "get", "store.kind", "--home", home]).value).toBe("embedded");
    server?.sql(`UPDATE ${schema}_migrating.lessons SET response = response || 'x' WHERE seq = 3`);
    aistackJson(["store", "migrate", "--to", "postgres", "--home", home]);
    expect(server?.sql(`SELECT count(*) FROM ${schema}.lessons WHERE response LIKE '%x'`)).toEqual(["0"]);
  });

  test("refuses while a learner runs and says which, does nothing twice, and refuses what could not be switched", async () => {
    const { home } = learnedHome(5);
    const learner = startAistack(["learn", "--home", home, "--source", join(home, "ralph-events.jsonl")]);
    await until(() => lookAtHold(home) !== null);
    const tried = aistack(["store", "migrate", "--to", "postgres", "--home", home]);
    expect(tried.status).toBe(1);
    expect(tried.stderr).toContain(`process ${learner.child.pid} (aistack learn`);
    learner.child.kill("SIGKILL");
    await learner.ended;
    const same = aistack(["store", "migrate", "--to", "embedded", "--home", home]);
    expect([same.status, same.stdout]).toEqual([0, expect.stringContaining("everything is kept embedded already")]);
    const flag = aistack(["store", "migrate", "--to", "postgres", "--home", home, "--set", "store.kind=embedded"]);
    expect([flag.status, flag.stderr]).toEqual([2, expect.stringContaining("store.kind is given by a flag")]);
  });
});
