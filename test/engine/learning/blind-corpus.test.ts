import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../../scripts/secrets-blind.mjs", import.meta.url));
const committed = fileURLToPath(new URL("../../../fixtures/redaction/", import.meta.url));
const names = ["blind.jsonl", "blind-harmless.jsonl"];

function rowsOf(name: string) {
  const lines = readFileSync(join(committed, name), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

test("the blind corpus comes out byte for byte the same when it is written again", () => {
  const directory = mkdtempSync(join(tmpdir(), "blind-"));
  try {
    execFileSync(process.execPath, [script, directory], { stdio: "pipe", timeout: 30_000 });
    for (const name of names) {
      expect(readFileSync(join(directory, name)).equals(readFileSync(join(committed, name))), name).toBe(true);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test("every part of a secret that must go stands in its text", () => {
  const rows = rowsOf("blind.jsonl");
  expect(rows.length).toBeGreaterThan(1000);
  for (const { family, context, text, absent } of rows) {
    expect(absent.length, family).toBeGreaterThan(0);
    for (const part of absent) {
      expect(part.length, `${family}, ${context}`).toBeGreaterThanOrEqual(4);
      expect(text.includes(part), `${family}, ${context}: ${part}`).toBe(true);
    }
  }
});

test("no harmless text of the blind corpus stands twice or holds a planted secret", () => {
  const texts = rowsOf("blind-harmless.jsonl").map(({ text }) => text);
  expect(texts.length).toBeGreaterThan(300);
  expect(new Set(texts).size).toBe(texts.length);
  const all = texts.join("\n");
  for (const { absent } of rowsOf("blind.jsonl")) expect(all.includes(absent[0]), absent[0]).toBe(false);
});
