import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkValue, environmentName, isSetting, openConfig, parseTyped, settings } from "../../src/engine/config.ts";
import { Failure } from "../../src/engine/errors.ts";

test("every default is a value that the setting accepts", () => {
  for (const [key, { fallback }] of Object.entries(settings)) {
    expect([key, checkValue(key, fallback, "The default")]).toEqual([key, fallback]);
  }
});

test("a flag wins over the environment, and that over the default; the result cannot be changed", () => {
  const environment = { AISTACK_LEARNING_POLL_MS: "300", AISTACK_ROTATION_AT: "03:00" };
  const config = openConfig({ home: "/nowhere", set: ["learning.pollMs=400"] }, environment);
  expect(config.values["learning.pollMs"]).toBe(400);
  expect(config.values["rotation.at"]).toBe("03:00");
  expect(config.values["learning.checkpointMs"]).toBe(1000);
  expect(config.origins).toMatchObject({ "learning.pollMs": "flag", "rotation.at": "environment" });
  expect(Object.isFrozen(config.values)).toBe(true);
});

test("values as they are typed: numbers, lists, null and plain words", () => {
  const typed = (key: string, text: string) => (isSetting(key) ? parseTyped(key, text) : null);
  expect(typed("learning.pollMs", "20")).toBe(20);
  expect(typed("telemetry.sources", "a.jsonl, b.jsonl")).toEqual(["a.jsonl", "b.jsonl"]);
  expect(typed("embeddings.model", "null")).toBe("null");
  expect(typed("rotation.maxAgeHours", "null")).toBe(null);
});

describe("an address never holds a password", () => {
  const addresses = Object.keys(settings).filter((key) => /(?:url|host|address|endpoint|server)$/i.test(key));
  const withPassword = [
    "http://user:hunter2@127.0.0.1:1/",
    "https://hunter2@db.example/x",
    "http://user:hunter2/or@db.example/",
    "http://user:a@hunter2@db.example/",
    "http://:hunter2@db.example",
    "http://us er:hunter2 or@db.example",
    'http://user:"hunter2"@db.example',
    "http://user:x\nhunter2@db.example",
    "http:\\\\user:hunter2@db.example",
    "http:user:hunter2@db.example",
    "user:hunter2@db.example",
    "postgres://user:hunter2@db.example/aistack",
  ];

  test("every setting that is an address is known to this test", () => {
    const spoken = Object.entries(settings).filter(([, { accepts }]) => /URL|address/.test(accepts));
    expect(spoken.map(([key]) => key).toSorted()).toEqual(addresses.toSorted());
    expect(addresses).toContain("embeddings.url");
  });

  test.each(addresses.flatMap((key) => withPassword.map((value) => [key, value] as const)))("%s: %j", (key, value) => {
    const home = mkdtempSync(join(tmpdir(), "aistack-test-"));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const tries = [
      () => checkValue(key, value, "The command line"),
      () => openConfig({ home, set: [`${key}=${value}`] }, {}),
      () => openConfig({ home }, { [environmentName(key)]: value }),
      () => {
        writeFileSync(join(home, "config.json"), JSON.stringify({ [key]: value }));
        openConfig({ home }, {});
      },
    ];
    for (const run of tries) {
      let failure: unknown = null;
      try {
        run();
      } catch (error) {
        failure = error;
      }
      expect(failure).toBeInstanceOf(Failure);
      if (!(failure instanceof Failure)) continue;
      expect(failure.code).toBe("config");
      expect(`${failure.message}${failure.what}${failure.why}${failure.hint}`).not.toContain("hunter2");
    }
  });

  test.each([
    ["embeddings.url", "http://127.0.0.1:8080/v1"],
    ["qdrant.url", "https://q.example:6333"],
    ["embeddings.url", "http://h.example/@x?a=b@c"],
    ["postgres.host", "/run/postgresql"],
    ["postgres.host", "::1"],
  ])("%s may be %s", (key, value) => {
    expect(checkValue(key, value, "The command line")).toBe(value);
  });
});
