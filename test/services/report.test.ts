import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDiskGuard } from "../../src/engine/disk-guard.ts";
import type { EngineEvent } from "../../src/engine/events.ts";
import { openGuards } from "../../src/engine/guards/guards.ts";
import { takeHold } from "../../src/services/hold.ts";
import { openLagGuess } from "../../src/services/lag-guess.ts";
import { lookAtReport, readReport, reportFile } from "../../src/services/read-report.ts";
import { openReport } from "../../src/services/report.ts";
import { engineBench, lessonLine, listSink } from "../engine/lists.ts";
import { temporaryDirectory, until } from "../engine/telemetry/writing.ts";

/** An engine over one sink that reports when it is told to. */
async function reporting() {
  const bench = engineBench();
  const sink = listSink("rows", { dependency: "postgresql" });
  const engine = bench.open([sink]);
  const guards = openGuards({ home: bench.home, values: bench.config().values, emit: () => undefined });
  onTestFinished(() => guards.close());
  // The disk is one nobody else writes to: a directory that is not there has no free space to change.
  const disk = openDiskGuard([join(bench.home, "nowhere")], 0, () => undefined);
  await disk.look();
  const { home } = bench;
  const facts = { home, engine, sinks: [sink], guards, disk, minFreeBytes: 0, resumeBytes: 80, paused: () => null };
  return { ...bench, sink, engine, guards, facts, report: openReport(facts) };
}

test("a report says what is known, is written when something changed and not otherwise, and is live while its engine is", async () => {
  const one = await reporting();
  await one.report.look();
  const first = readReport(one.home);
  expect(first?.live).toBe(false);
  expect(first?.report).toMatchObject({
    pid: process.pid,
    sinks: [{ name: "rows", dependency: "postgresql", measured: false, waiting: "", checkpointAt: null }],
    pressure: { intakePaused: false, since: null },
    disk: { freeBytes: null, stopped: false },
    breakers: [],
  });
  const { ino } = statSync(reportFile(one.home));
  await one.report.look();
  expect(statSync(reportFile(one.home)).ino).toBe(ino);

  const hold = takeHold(one.home, "a test");
  onTestFinished(() => ("close" in hold ? hold.close() : undefined));
  expect(readReport(one.home)?.live).toBe(true);
  expect(lookAtReport(one.home, { pid: process.pid, command: "", since: "" })).toMatchObject({ stale: false });
  expect(lookAtReport(one.home, null)).toMatchObject({ stale: true });

  appendFileSync(one.log, lessonLine("a"));
  one.start(one.engine);
  await until(() => one.sink.lessons.length === 1);
  await one.guards
    .breaker("postgresql")
    .run(() => Promise.reject(new Error("down")))
    .catch(() => undefined);
  one.guards.breaker("redis").trip("by a test");
  await one.report.look();
  const { report } = readReport(one.home) ?? {};
  expect(report?.sinks[0]).toMatchObject({ measured: true, events: 1, lessons: 1, checkpoints: 1, lagBytes: 0 });
  expect(Date.parse(report?.sinks[0]?.checkpointAt ?? "")).toBeGreaterThan(0);
  expect(report?.breakers).toMatchObject([
    { name: "postgresql", state: "closed", failures: 1, lastError: "down", retryAt: null },
    { name: "redis", state: "open", tripped: "by a test", retryAt: null },
  ]);
});

test("a disk that others write to is news only when its free space has changed by much, or learning stopped for it", async () => {
  const one = await reporting();
  let [freeBytes, stopped] = [1000, false];
  const disk = { look: async () => undefined, stopped: () => stopped, freeBytes: () => freeBytes };
  const report = openReport({ ...one.facts, disk });
  const seen = async (free: number, isStopped = false) => {
    [freeBytes, stopped] = [free, isStopped];
    await report.look();
    return readReport(one.home)?.report.disk.freeBytes;
  };
  expect(await seen(1000)).toBe(1000);
  const { ino } = statSync(reportFile(one.home));
  for (const free of [999, 985, 1015, 981]) expect(await seen(free)).toBe(1000);
  expect(statSync(reportFile(one.home)).ino).toBe(ino);
  expect(await seen(979)).toBe(979);
  expect(await seen(970, true)).toBe(970);
});

test.each([
  ["torn", (text: string) => text.slice(0, 100)],
  ["of a later version", (text: string) => text.replace('"schemaVersion":1', '"schemaVersion":2')],
  ["empty", () => ""],
])("a report that is %s is none", async (_title, damage) => {
  const one = await reporting();
  await one.report.look();
  writeFileSync(reportFile(one.home), damage(readFileSync(reportFile(one.home), "utf8")));
  expect(readReport(one.home)).toBe(null);
});

test("what waits for a store that is away is guessed from the last report and what was written since, never too little", async () => {
  using directory = temporaryDirectory();
  const home = join(directory.path, "home");
  mkdirSync(home);
  const log = join(directory.path, "a-events.jsonl");
  writeFileSync(log, "x".repeat(1000));
  const patterns = [join(directory.path, "*-events.jsonl")];
  expect(openLagGuess(home, patterns)("rows")).toBe(1000);
  const one = await reporting();
  appendFileSync(one.log, lessonLine("a"));
  one.start(one.engine);
  await until(() => one.sink.lessons.length === 1);
  await one.report.look();
  writeFileSync(reportFile(home), readFileSync(reportFile(one.home)));
  const known = statSync(one.log).size;
  expect(openLagGuess(home, patterns)("rows")).toBe(1000 - known);
  expect(openLagGuess(home, patterns)("unheard of")).toBe(1000);
});

test("the disk guard stops below its bound and says so once; a disk that cannot be seen stops nothing", async () => {
  const events: EngineEvent[] = [];
  const emit = (event: EngineEvent) => void events.push(event);
  using directory = temporaryDirectory();
  const unseen = openDiskGuard([join(directory.path, "nowhere")], 2 ** 60, emit);
  await unseen.look();
  expect([unseen.stopped(), unseen.freeBytes()]).toEqual([false, null]);
  const full = openDiskGuard([directory.path, join(directory.path, "nowhere")], 2 ** 60, emit);
  await full.look();
  await full.look();
  expect(full.stopped()).toBe(true);
  expect(events).toEqual([
    { type: "disk.changed", stopped: true, freeBytes: expect.any(Number), minFreeBytes: 2 ** 60 },
  ]);
});
