import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { aistackJson, fixtures, temporary } from "./running.ts";

const program = fileURLToPath(new URL("../../dist/aistack.js", import.meta.url));

/** What a run of the program had loaded by its end: files by name, parts of Node as they call themselves. */
function loadedBy(args: readonly string[]): { files: string[]; parts: string[] } {
  const said = join(temporary(), "loaded.json");
  const teller = join(temporary(), "teller.cjs");
  writeFileSync(
    teller,
    `process.on("exit", () => require("fs").writeFileSync(${JSON.stringify(said)}, JSON.stringify({
      files: Object.keys(require.cache), parts: process.moduleLoadList.map((one) => one.split(" ").at(-1)) })));`,
  );
  const { status } = spawnSync(process.execPath, ["--require", teller, program, ...args], { stdio: "ignore" });
  expect(status).toBe(0);
  return JSON.parse(readFileSync(said, "utf8"));
}

const heavy = /koffi|\/dist\/(zod|program-[^/]+)\.js$/;
const heavyParts = ["crypto", "fs/promises", "readline", "child_process", "net", "http", "worker_threads"];

test("a look at a home loads what it needs, and not what validates, locks, hashes or lays out help", () => {
  const home = join(temporary(), "home");
  aistackJson(["learn", "--once", "--home", home, "--source", join(fixtures, "telemetry/hybrid-events.jsonl")]);
  const { files, parts } = loadedBy(["status", "--json", "--home", home]);
  expect(parts).toContain("sqlite");
  expect(parts.filter((part) => heavyParts.includes(part))).toEqual([]);
  expect(files.filter((file) => heavy.test(file))).toEqual([]);
});

test("what a look can do without is loaded where it is needed", () => {
  const { files } = loadedBy(["config", "get", "tui.theme", "--set", "tui.theme=mono", "--home", temporary()]);
  expect(files.filter((file) => heavy.test(file))).toHaveLength(2);
});
