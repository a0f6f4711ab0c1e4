import { expect, test } from "vitest";
import { checkValue, isSetting, openConfig, parseTyped, settings } from "../../src/engine/config.ts";

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
