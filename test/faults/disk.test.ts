import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openEmbedded } from "../../src/engine/stores/sqlite.ts";
import { countEach, mountDisk, temporaryDirectory, until } from "../engine/telemetry/writing.ts";
import { endAll, learnedTasks, type Running, startAistack, taskLine } from "./running.ts";

const memoryMaxBytes = 300 * 1024 * 1024;

afterEach(endAll);

function prepare(directory: string) {
  const telemetry = join(directory, "telemetry");
  mkdirSync(telemetry);
  return { telemetry, log: join(telemetry, "ralph-events.jsonl"), home: join(directory, "home") };
}

function startLearn(home: string, telemetry: string, ...more: string[]): Running {
  const source = join(telemetry, "*-events.jsonl");
  const where = ["--home", home, "--source", source, "--set", "disk.minFreeBytes=0"];
  return startAistack(["learn", "--json", ...where, ...more], join(telemetry, ".."));
}

async function learnOnce(
  home: string,
  telemetry: string,
): Promise<{ peakBytes: number; said: string; complained: string }> {
  const learner = startLearn(home, telemetry, "--once");
  let peakBytes = 0;
  let ended = false;
  void learner.ended.then(() => {
    ended = true;
  });
  await until(() => {
    peakBytes = Math.max(peakBytes, learner.peakBytes());
    return ended;
  }, 600_000);
  expect(await learner.ended, learner.complained()).toBe(0);
  return { peakBytes, said: learner.said(), complained: learner.complained() };
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function expectLearned(home: string, tasks: readonly string[]) {
  for (const [where, learned] of Object.entries(learnedTasks(home))) {
    const often = countEach(learned);
    expect(
      tasks.filter((task) => often.get(task) !== 1),
      `not exactly once in ${where}`,
    ).toEqual([]);
    expect(learned.length, where).toBe(tasks.length);
  }
}

function badLines(home: string): Record<string, number> {
  const store = openEmbedded(join(home, "aistack.db"), { readOnly: true });
  const rows = store.all("SELECT reason, count(*) AS n FROM bad_lines GROUP BY reason ORDER BY reason");
  store.close();
  return Object.fromEntries(rows.map(({ reason, n }) => [String(reason), Number(n)]));
}

function fillDisk(disk: string): string {
  const ballast = join(disk, "ballast");
  const fd = openSync(ballast, "w");
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096));
  } catch {
    closeSync(fd);
  }
  return ballast;
}

test("a full disk makes the learner wait and say so, and it finishes once there is room", async ({ skip }) => {
  using directory = temporaryDirectory();
  const { telemetry, log } = prepare(directory.path);
  using disk = mountDisk(directory.path, "64m");
  if (disk === null) return skip("this user may not mount a disk");
  const home = join(disk.path, "home");
  const pairs = () => {
    const file = join(home, "dataset.jsonl");
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
  };
  const first = names("first", 20);
  writeFileSync(log, first.map((name) => taskLine(name)).join(""));
  const learner = startLearn(home, telemetry);
  await until(() => pairs() === first.length, 60_000);
  const ballast = fillDisk(disk.path);
  const second = names("second", 4000);
  appendFileSync(log, second.map((name) => taskLine(name)).join(""));
  for (const sink of ["rows", "dataset", "vectors", "neighbours"]) {
    const waits = new RegExp(`${sink} waits \\d+ ms: .*full`, "g");
    await until(() => (learner.complained().match(waits) ?? []).length > 1, 60_000);
  }
  expect(learner.process.exitCode, learner.complained()).toBe(null);
  rmSync(ballast);
  await until(() => pairs() === first.length + second.length, 120_000);
  await until(() => /rows goes on/.test(learner.complained()), 60_000);
  learner.process.kill("SIGINT");
  expect(await learner.ended).toBe(130);
  await learnOnce(home, telemetry);
  expectLearned(home, [...first, ...second]);
});

test("a learner that is started on a full disk says so and ends; nothing is lost", async ({ skip }) => {
  using directory = temporaryDirectory();
  const { telemetry, log } = prepare(directory.path);
  using disk = mountDisk(directory.path, "64m");
  if (disk === null) return skip("this user may not mount a disk");
  const home = join(disk.path, "home");
  const tasks = names("first", 20);
  writeFileSync(log, tasks.map((name) => taskLine(name)).join(""));
  for (const before of ["a home that was never used", "a home that was used"]) {
    const ballast = fillDisk(disk.path);
    const learner = startLearn(home, telemetry, "--once");
    expect([before, await learner.ended]).toEqual([before, 1]);
    expect(JSON.parse(learner.said()).error).toMatchObject({ code: "full", why: expect.stringContaining("full") });
    rmSync(ballast);
    await learnOnce(home, telemetry);
    expectLearned(home, tasks);
  }
});

test("a damaged checkpoint is named, its previous copy is used, and nothing is lost or learned twice", async () => {
  using directory = temporaryDirectory();
  const { telemetry, log, home } = prepare(directory.path);
  const tasks = names("a", 50);
  writeFileSync(log, tasks.map((name) => taskLine(name)).join(""));
  await learnOnce(home, telemetry);
  for (const damage of [
    "UPDATE cursors SET body = replace(body, 'offset', 'offsat')",
    "UPDATE cursors SET body = substr(body, 1, 20)",
    "UPDATE cursors SET body = char(0) || 'x', checksum = '', previous_body = 'x'",
  ]) {
    const store = openEmbedded(join(home, "aistack.db"));
    await store.commit(() => store.run(damage));
    store.close();
    const more = names(`more${tasks.length}x`, 5);
    appendFileSync(log, more.map((name) => taskLine(name)).join(""));
    tasks.push(...more);
    const { complained, said } = await learnOnce(home, telemetry);
    expect(complained + said).toMatch(damage.includes("previous_body") ? /start of file/ : /previous copy/);
    expectLearned(home, tasks);
  }
});

test("clocks that jump, in files and in events, change nothing that is learned", async () => {
  using directory = temporaryDirectory();
  const { telemetry, log, home } = prepare(directory.path);
  const tasks: string[] = [];
  for (const [index, time] of ["1970-01-01T00:00:01Z", "2099-12-31T23:59:59Z", "2001-01-01T00:00:00Z"].entries()) {
    const more = names(`t${index}n`, 10);
    appendFileSync(log, more.map((name) => taskLine(name).replace("}\n", `,"timestamp":"${time}"}\n`)).join(""));
    utimesSync(log, new Date(time), new Date(time));
    tasks.push(...more);
    await learnOnce(home, telemetry);
    expectLearned(home, tasks);
  }
});

test("a line of 100 MB is passed over in little memory and the lines around it are learned", async () => {
  using directory = temporaryDirectory();
  const { telemetry, log, home } = prepare(directory.path);
  const tasks = ["before", "after"];
  writeFileSync(log, taskLine("before"));
  for (let part = 0; part < 100; part++) appendFileSync(log, Buffer.alloc(1024 * 1024, "x"));
  appendFileSync(log, `\n${taskLine("after")}`);
  const { peakBytes } = await learnOnce(home, telemetry);
  expectLearned(home, tasks);
  expect(badLines(home)).toEqual({ line_too_long: 1 });
  expect(peakBytes).toBeLessThan(memoryMaxBytes);
  process.stdout.write(`100 MB line: peak ${Math.round(peakBytes / 1024 / 1024)} MB\n`);
});

test("a backlog of 100 MB is learned in less than 300 MB of memory", async () => {
  using directory = temporaryDirectory();
  const { telemetry, log, home } = prepare(directory.path);
  const tasks = names("b", 2000);
  const noise = `${JSON.stringify({ event: "iteration_completed", note: "y".repeat(1000) })}\n`.repeat(50);
  for (const name of tasks) appendFileSync(log, noise + taskLine(name));
  const { peakBytes } = await learnOnce(home, telemetry);
  expectLearned(home, tasks);
  expect(peakBytes).toBeLessThan(memoryMaxBytes);
  process.stdout.write(`100 MB backlog: peak ${Math.round(peakBytes / 1024 / 1024)} MB\n`);
});

test("ten thousand files are learned, and again after each of them grew", async () => {
  using directory = temporaryDirectory();
  const { telemetry, home } = prepare(directory.path);
  const tasks = names("f", 10_000);
  for (const name of tasks) writeFileSync(join(telemetry, `${name}-events.jsonl`), taskLine(name));
  const first = await learnOnce(home, telemetry);
  expectLearned(home, tasks);
  const more = names("g", 10_000);
  for (const [index, name] of more.entries()) {
    appendFileSync(join(telemetry, `${tasks[index]}-events.jsonl`), taskLine(name));
  }
  const second = await learnOnce(home, telemetry);
  expectLearned(home, [...tasks, ...more]);
  const peakBytes = Math.max(first.peakBytes, second.peakBytes);
  expect(peakBytes).toBeLessThan(memoryMaxBytes);
  process.stdout.write(`10,000 files: peak ${Math.round(peakBytes / 1024 / 1024)} MB\n`);
});

test("random bytes and a hundred thousand nested arrays are bad lines, and the rest is learned", async () => {
  using directory = temporaryDirectory();
  const { telemetry, log, home } = prepare(directory.path);
  writeFileSync(log, taskLine("before"));
  appendFileSync(log, `${"[".repeat(100_000)}${"]".repeat(100_000)}\n`);
  appendFileSync(log, `{"event":"task_completed","task":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n`);
  const random = Buffer.alloc(1024 * 1024);
  for (let index = 0, state = 1; index < random.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    random[index] = state >>> 24;
  }
  appendFileSync(log, random);
  appendFileSync(log, `\n${taskLine("after")}`);
  writeFileSync(join(telemetry, "noise-events.jsonl"), random);
  await learnOnce(home, telemetry);
  expectLearned(home, ["before", "after"]);
  const bad = badLines(home);
  expect(Object.keys(bad).length).toBeGreaterThan(0);
  expect(readFileSync(join(home, "dataset.jsonl")).includes(0)).toBe(false);
});
