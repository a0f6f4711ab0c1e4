import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findEventLog, openEventLog } from "../../../src/services/supervisor/event-log.ts";
import { temporaryDirectory, until } from "../../engine/telemetry/writing.ts";

const recorded = readFileSync(join(import.meta.dirname, "../../../fixtures/podman/4.3/events.jsonl"), "utf8");
const lines = recorded.trimEnd().split("\n");
const text = (from: number, to: number) =>
  lines
    .slice(from, to)
    .map((line) => `${line}\n`)
    .join("");
const whatOf = (line: string | undefined) => JSON.parse(line ?? "{}").Status;

function openLog(count: number) {
  const place = temporaryDirectory();
  const file = join(place.path, "events.log");
  writeFileSync(file, text(0, count));
  const told = { changes: 0 };
  const log = openEventLog(file, () => told.changes++);
  onTestFinished(() => {
    log[Symbol.dispose]();
    place[Symbol.dispose]();
  });
  return { file, log, told };
}

test("only what is written after a log of events was opened is read, in whole lines, and the system tells of it", async () => {
  const { file, log, told } = openLog(3);
  expect(log.read()).toEqual({ events: [], begunAnew: false });
  expect(log.isBehind()).toBe(false);
  const half = (lines[4] ?? "").slice(0, 30);
  appendFileSync(file, `${text(3, 4)}${half}`);
  await until(() => told.changes > 0);
  expect(log.isBehind()).toBe(true);
  expect(log.read().events.map(({ what }) => what)).toEqual([whatOf(lines[3])]);
  appendFileSync(file, `${(lines[4] ?? "").slice(30)}\n`);
  expect(log.read().events.map(({ what }) => what)).toEqual([whatOf(lines[4])]);
  expect(log.isBehind()).toBe(false);
});

test("nothing is told twice and nothing is lost when Podman begins its log anew with the younger half of the old one", () => {
  const { file, log } = openLog(10);
  appendFileSync(file, text(10, 12));
  expect(log.read().events).toHaveLength(2);
  // What was not read yet is in the old file and in the new one.
  appendFileSync(file, text(12, 14));
  writeFileSync(`${file}.young`, text(7, 14));
  renameSync(`${file}.young`, file);
  appendFileSync(file, text(14, 16));
  const { events, begunAnew } = log.read();
  expect([begunAnew, events.map(({ what }) => what)]).toEqual([true, lines.slice(12, 16).map(whatOf)]);
  appendFileSync(file, text(16, 17));
  expect(log.read()).toMatchObject({ begunAnew: false, events: [{ what: whatOf(lines[16]) }] });
});

test("a log that is gone, or holds something else, is a failure", () => {
  const { file, log } = openLog(3);
  appendFileSync(file, "no event\n");
  expect(() => log.read()).toThrow(/podman events/);
  rmSync(file);
  expect(() => log.read()).toThrow(/ENOENT/);
});

test("a log of events is found by the process that has it open, and no other file is taken for it", async () => {
  using place = temporaryDirectory();
  const [log, other] = [join(place.path, "any-name"), join(place.path, "events.log")];
  writeFileSync(log, text(0, 5));
  writeFileSync(other, "something else\n");
  const reader = (...files: string[]) => {
    const child = spawn("tail", ["--follow", ...files], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void child.kill());
    let said = "";
    child.stdout.on("data", (part) => {
      said += part;
    });
    return { pid: child.pid ?? 0, isReading: () => said !== "" };
  };
  const [both, one] = [reader(other, log), reader(other)];
  await until(() => both.isReading() && one.isReading());
  expect(findEventLog(both.pid)).toBe(log);
  expect(findEventLog(one.pid)).toBeNull();
  expect(findEventLog(2 ** 30)).toBeNull();
});
