import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEmbedded } from "../../src/engine/stores/sqlite.ts";
import { aistack, aistackJson, fixtures, startAistack, temporary, until } from "./running.ts";

const pageBytes = 8192;

const task = (id: number) =>
  `${JSON.stringify({
    event: "task_completed",
    task_id: `t${id}`,
    status: "completed",
    total_iterations: 1,
    task: { prompt: `Please configure the service number ${id} now`, output: `Done, it runs. ${"x".repeat(500)}` },
  })}\n`;

function overwrite(file: string, offset: number, bytes: Buffer): void {
  const fd = openSync(file, "r+");
  writeSync(fd, bytes, 0, bytes.length, offset);
  closeSync(fd);
}

const noise = (length: number) => Buffer.from(Array.from({ length }, (_, at) => (at * 167 + 13) % 251));

/** The number of the root page of a table, from 1. */
function rootOf(file: string, table: string): number {
  const store = openEmbedded(file, { readOnly: true });
  const page = Number(store.get("SELECT rootpage FROM sqlite_master WHERE name = ?", table)?.rootpage);
  store.close();
  return page;
}

const learned = mkdtempSync(join(tmpdir(), "aistack-test-"));
const copyOf = () => {
  const home = temporary();
  copyFileSync(join(learned, "aistack.db"), join(home, "aistack.db"));
  copyFileSync(join(learned, "dataset.jsonl"), join(home, "dataset.jsonl"));
  return { home, file: join(home, "aistack.db"), log: join(learned, "telemetry/ralph-events.jsonl") };
};

beforeAll(() => {
  const home = learned;
  const input = Array.from({ length: 400 }, (_, index) => task(index)).join("");
  aistack(["telemetry", "write", "--home", home, "--log", "ralph-events.jsonl"], { input });
  expect(aistackJson(["learn", "--once", "--home", home])).toMatchObject({ lessons: 400 });
});

afterAll(() => rmSync(learned, { recursive: true, force: true }));

const damages: readonly (readonly [where: string, damage: (file: string) => void])[] = [
  ["the first bytes of its header", (file) => overwrite(file, 0, noise(16))],
  ["the page size in its header", (file) => overwrite(file, 16, Buffer.from([0x12, 0x34]))],
  ["the version in its header, set to none", (file) => overwrite(file, 60, Buffer.alloc(4))],
  ["the version in its header, set to the one before", (file) => overwrite(file, 60, Buffer.from([0, 0, 0, 1]))],
  ["the version in its header, set to nonsense", (file) => overwrite(file, 60, noise(4))],
  ["the list of its tables", (file) => overwrite(file, 100, noise(60))],
  ["a page in its middle", (file) => overwrite(file, middle(file), noise(pageBytes))],
  ["the first page of the lessons", (file) => overwrite(file, (rootOf(file, "lessons") - 1) * pageBytes, noise(12))],
  ["the places", (file) => overwrite(file, (rootOf(file, "cursors") - 1) * pageBytes, noise(200))],
  ["its end, which is cut off", (file) => truncateSync(file, middle(file))],
  ["its tables, one of which is gone", (file) => dropTable(file)],
];

function middle(file: string): number {
  return Math.floor(statSync(file).size / pageBytes / 2) * pageBytes;
}

function dropTable(file: string): void {
  const script =
    "const { DatabaseSync } = require('node:sqlite'); new DatabaseSync(process.argv[1]).exec('DROP TABLE tallies')";
  spawnSync(process.execPath, ["--no-warnings", "--eval", script, file]);
}

test.each([
  ["no bytes at all", (file: string) => writeFileSync(file, "")],
  ["no tables yet", (file: string) => new DatabaseSync(file).exec("PRAGMA journal_mode=WAL")],
])("information is given beside a store with %s", (_, make) => {
  const home = temporary();
  make(join(home, "aistack.db"));
  const { status, stdout } = aistack(["info", "--home", home, "--json"]);
  expect([status, JSON.parse(stdout)]).toMatchObject([
    ...[0, { home, version: expect.any(String), store: { code: "home", hint: "Type: aistack learn --once" } }],
  ]);
});

describe("a store that is damaged", () => {
  test.each(damages)("in %s is named before anything is learned, with what to type", (_, damage) => {
    const { home, file, log } = copyOf();
    damage(file);
    const before = readFileSync(file);
    const { status, stderr, stdout } = aistack(["learn", "--once", "--home", home, "--source", log, "--json"]);
    expect(stderr).toContain(file);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({ code: "corrupt", hint: expect.stringContaining(`mv ${file} `) });
    expect(readFileSync(file).equals(before)).toBe(true);

    const info = aistack(["info", "--home", home, "--json"]);
    expect([info.status, JSON.parse(info.stdout)]).toMatchObject([
      ...[0, { home, tier: expect.any(String), machine: {}, store: { code: "corrupt" } }],
    ]);
    const seen = aistack(["status", "--home", home, "--json"]);
    expect(seen.status).toBe(1);
    expect(JSON.parse(seen.stdout)).toMatchObject({ damaged: true, store: { code: "corrupt" } });
    const listed = aistack(["dataset", "list", "--home", home, "--json"]);
    expect(listed.status).toBe(1);
    expect(JSON.parse(listed.stdout).error.code).toBe("corrupt");

    const typed = /: (mv .*)$/.exec(JSON.parse(stdout).error.hint)?.[1] ?? "";
    expect(typed).toMatch(/; aistack learn --once$/);
    spawnSync("sh", ["-c", typed.replace(/aistack learn --once$/, "true")]);
    const again = aistackJson(["learn", "--once", "--home", home, "--source", log]);
    expect(again).toMatchObject({ lessons: 400, dataset: { pairs: 400 } });
    expect(readFileSync(join(home, "dataset.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(400);
  });

  test("makes the doctor end with 1, and a well one with 0 checks that failed", () => {
    const { home, file } = copyOf();
    const store = () => JSON.parse(aistack(["doctor", "--home", home, "--json"]).stdout).checks.find(isStore);
    const isStore = ({ name }: { name: string }) => name === "store";
    expect(store()).toMatchObject({ verdict: "ok" });
    overwrite(file, middle(file), noise(pageBytes));
    expect(store()).toMatchObject({ verdict: "failed" });
    expect(aistack(["doctor", "--home", home]).status).toBe(1);
  });
});

test("damage in the log of changes of a learner that was killed is named, or costs nothing", async () => {
  const home = temporary();
  const input = Array.from({ length: 1500 }, (_, index) => task(index)).join("");
  aistack(["telemetry", "write", "--home", home, "--log", "ralph-events.jsonl"], { input });
  const { child, ended } = startAistack(["learn", "--home", home, "--set", "learning.checkpointEvents=50"]);
  const wal = join(home, "aistack.db-wal");
  await until(() => (statSync(wal, { throwIfNoEntry: false })?.size ?? 0) > 400_000);
  child.kill("SIGKILL");
  await ended;
  const whole = readFileSync(wal);
  const main = readFileSync(join(home, "aistack.db"));
  for (const share of [0, 0.2, 0.5, 0.9]) {
    writeFileSync(join(home, "aistack.db"), main);
    const changed = Buffer.from(whole);
    noise(64).copy(changed, Math.floor(changed.length * share));
    writeFileSync(wal, changed);
    const { status, stdout } = aistack(["learn", "--once", "--home", home, "--json"]);
    const result = JSON.parse(stdout);
    if (status === 0) expect(result.dataset.pairs).toBe(1500);
    else expect(result.error.code).toBe("corrupt");
    const { lessons } = status === 0 ? aistackJson(["dataset", "stats", "--home", home]) : { lessons: 1500 };
    expect(lessons).toBe(1500);
  }
});

test("an empty file in the store's place is nothing learned yet, and is filled", () => {
  const home = temporary();
  writeFileSync(join(home, "aistack.db"), "");
  expect(aistack(["dataset", "stats", "--home", home])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("nothing to look at yet"),
  });
  expect(aistack(["learn", "--once", "--home", home]).status).toBe(0);
  expect(existsSync(join(home, "aistack.db.closed"))).toBe(true);
});

test("after the store was removed, only the dataset that is there is said to be redacted anew", () => {
  const home = temporary();
  const source = join(fixtures, "telemetry/hybrid-events.jsonl");
  const learn = () => aistack(["learn", "--once", "--home", home, "--source", source]);
  expect(learn().status).toBe(0);
  for (const end of ["", "-wal", "-shm"]) rmSync(join(home, `aistack.db${end}`), { force: true });
  const { status, stderr } = learn();
  expect(status).toBe(0);
  expect(stderr).not.toMatch(/aistack\.db was (?:kept|redacted)/);
  expect(stderr).toMatch(/dataset\.jsonl was kept by older rules/);
  expect(learn().stderr).toBe("");
  for (const name of ["aistack.db", "aistack.db-wal", "aistack.db-shm", "dataset.jsonl"]) {
    rmSync(join(home, name), { force: true });
  }
  expect(learn().stderr).not.toMatch(/older rules|redacted anew/);
});
