import { copyFileSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { aistack, aistackJson, fixtures, lasting } from "./running.ts";

const home = lasting();
const elsewhere = lasting();
const log = join(elsewhere, "work.jsonl");
const at = (name: string) => join(home, name);
const other = (name: string) => join(elsewhere, name);

beforeAll(() => {
  copyFileSync(join(fixtures, "telemetry/hybrid-events.jsonl"), log);
  aistackJson(["learn", "--once", "--home", home, "--source", log]);
  aistackJson(["telemetry", "write", "--home", home, "--event", "started"]);
  mkdirSync(at("secrets"));
  writeFileSync(at("secrets/token"), "secret");
  writeFileSync(other("followed.jsonl"), "{}\n");
  mkdirSync(at("mine"));
  writeFileSync(at("mine/old.jsonl"), "{}\n");
  symlinkSync(at("aistack.db"), other("to-store"));
  linkSync(log, other("same-log"));
  linkSync(at("engine.json"), other("same-report"));
});

function exportTo(output: string, force = true) {
  return aistack([
    ...["dataset", "export", "--home", home, "--format", "openai", "--output", output],
    ...["--set", `telemetry.sources=["${other("followed.jsonl")}","${other("*.log")}"]`],
    ...(force ? ["--force"] : []),
  ]);
}

test.each([
  ["the store", at("aistack.db")],
  ["the store behind a link", other("to-store")],
  ["what the learner said last", at("engine.json")],
  ["the same under another name", other("same-report")],
  ["the learner's lock", at("engine.lock")],
  ["its own telemetry", at("telemetry/aistack-events.jsonl")],
  ["a secret", at("secrets/token")],
  ["a file in a directory of the home", at("mine/old.jsonl")],
  ["a log that was learned from", log],
  ["that log under another name", other("same-log")],
  ["a log that is followed", other("followed.jsonl")],
])("an export never replaces %s, also when forced", (_what, file) => {
  const before = readFileSync(file);
  const { status, stderr } = exportTo(file);
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/was not written: it (?:is|lies)[^\n]*\n\s*Name another place/),
  ]);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("an export is not put where it would be followed, nor under a name of the program's own", () => {
  for (const file of [at("telemetry/new-events.jsonl"), other("new.log"), at("refused.jsonl"), at("aistack.db-wal")]) {
    expect([file, exportTo(file, false).status]).toEqual([file, 2]);
  }
});

test("an export may lie in the home, and replaces the one before", () => {
  expect(exportTo(at("out.jsonl")).status).toBe(0);
  expect(exportTo(at("out.jsonl")).status).toBe(0);
});
