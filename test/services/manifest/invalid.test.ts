import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Failure } from "../../../src/engine/errors.ts";
import { examineStack, loadStack } from "../../../src/services/manifest/load.ts";
import { configIn, load, machineOf, temporary, write } from "./loading.ts";

const fixtures = fileURLToPath(new URL("../../../fixtures/compose", import.meta.url));

async function failure(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

test("each bad file is refused with file, line, column, service and key, and with what to write instead", async () => {
  const said: string[] = [];
  const directory = join(fixtures, "invalid");
  for (const name of readdirSync(directory).toSorted()) {
    const files = [join(directory, name)];
    const { findings } = await examineStack(configIn(temporary()), { files, machine: machineOf(64e9) });
    const errors = findings.filter(({ level }) => level === "error");
    expect([name, errors.length > 0]).toEqual([name, true]);
    for (const { place, service, key, message, hint } of errors) {
      expect([name, hint === ""]).toEqual([name, false]);
      const at = `${place?.file.slice(directory.length + 1)}:${place?.line}:${place?.column}`;
      said.push(`${at} [${service ?? "-"}] ${key}: ${message} → ${hint}`.replaceAll(directory, "DIRECTORY"));
    }
  }
  await expect(`${said.join("\n")}\n`).toMatchFileSnapshot(join(fixtures, "invalid.txt"));
});

test("loading fails with the first error in the order of reading and says how many more there are", async () => {
  const error = await failure(load(["services:\n  a:\n    image: x:1\n    restart: never\n    links: [b]\n"]));
  expect(error.code).toBe("config");
  expect(error.why).toMatch(/0\.yaml:4:5: service a, restart is never, which is no policy \(and 1 more\)$/);
  expect(error.hint).toContain("aistack stack lint");
});

test("a profile or a service that the stack does not have is named, with what was probably meant", async () => {
  const file = "services:\n  web: { image: x:1, profiles: [debug] }\n  db: { image: x:1 }\n";
  const profile = await failure(load([file], { profiles: ["debgu"] }));
  expect([profile.code, profile.message, profile.hint]).toEqual([
    "usage",
    "The profile debgu was not used: the stack has debug",
    "Did you mean debug?",
  ]);
  const service = await failure(load([file], { names: ["wbe"] }));
  expect([service.code, service.hint]).toEqual(["usage", "Did you mean web?"]);
});

test("a service that seems unknown because its file is broken is not blamed: the file is", async () => {
  const broken = await failure(load(["services: [\n"], { names: ["web"] }));
  expect([broken.code, broken.message]).toEqual(["config", expect.stringContaining("is no good YAML")]);
});

test("a file that is named and cannot be read is an error; one that is only usual and missing is not", async () => {
  const home = temporary();
  mkdirSync(join(home, "folder.yaml"));
  const reading = (file: string) => loadStack(configIn(home, { AISTACK_STACK_FILE: file }), { tier: "minimal" });
  const missing = await failure(reading(join(home, "missing.yaml")));
  expect([missing.code, missing.why]).toEqual([
    "config",
    expect.stringContaining("missing.yaml:1:1: was not read: ENOENT"),
  ]);
  expect((await failure(reading(join(home, "folder.yaml")))).why).toContain("EISDIR");
  expect((await loadStack(configIn(home), { tier: "minimal" })).files).toHaveLength(1);
});

test("a bad .env is named by file and line, and its values are not shown", async () => {
  const error = await failure(load(["services: {}"], { beside: { ".env": "A=1\nhunter2 is no variable\n" } }));
  expect(error.why).toMatch(/\.env:2:1: is no NAME=value$/);
});

test("limits that do not fit the measured machine are an error, and a warning when the tier was chosen by hand", async () => {
  const files = write(temporary(), { "a.yaml": "services:\n  a: { image: x:1, mem_limit: 2g, cpus: 1 }\n" });
  const at = (tier: "auto" | "minimal") =>
    examineStack(configIn(temporary()), { files, machine: machineOf(1e9), tier }).then(({ findings }) =>
      findings.map(({ level, rule }) => [level, rule]),
    );
  expect(await at("auto")).toEqual([["error", "memory"]]);
  expect(await at("minimal")).toEqual([["warning", "memory"]]);
});

test("a service that needs one that does not run is refused; one that would like it runs without it", async () => {
  const needs = "services:\n  a: { image: x:1, depends_on: [b] }\n  b: { image: x:1, profiles: [extra] }\n";
  expect((await failure(load([needs]))).why).toContain("service a, depends_on.b needs b, which does not run");
  const likes = needs.replace("[b]", "{ b: { condition: service_started, required: false } }");
  expect((await load([likes])).one("a")?.dependsOn).toEqual([]);
  expect([...(await load([needs], { names: ["a"] })).services.keys()]).toEqual(["a", "b"]);
});
