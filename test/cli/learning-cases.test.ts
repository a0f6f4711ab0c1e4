import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aistackJson, fixtures, temporary } from "./running.ts";

/** One small input and what must come of it. */
interface Case {
  readonly file: string;
  readonly lessons: number;
  /** Parts of prompts that must be there. */
  readonly prompts?: readonly string[];
  /** Words that may stand in no file of the home. */
  readonly absent?: readonly string[];
  /** Whether each lesson's bytes must hold its question and its answer. */
  readonly range?: boolean;
  /** Whether no half character may be in the dataset or an export. */
  readonly wellFormed?: boolean;
}

const directory = join(fixtures, "learning");
const cases: readonly Case[] = JSON.parse(readFileSync(join(directory, "expected.json"), "utf8"));
const formats = ["openai", "sharegpt", "alpaca"];

function filesOf(home: string): { readonly name: string; readonly text: string }[] {
  return readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(home, name)).isFile())
    .map((name) => ({ name, text: readFileSync(join(home, name), "latin1") }));
}

function bytesAt(file: string, offset: number, bytes: number): string {
  const fd = openSync(file, "r");
  const range = Buffer.alloc(bytes);
  readSync(fd, range, 0, bytes, offset);
  closeSync(fd);
  return range.toString("utf8");
}

describe("small inputs that were learned wrongly once are learned right", () => {
  test("every input that lies there is one of the cases", () => {
    const inputs = readdirSync(directory).filter((name) => name.endsWith(".jsonl"));
    expect(cases.map(({ file }) => file).toSorted()).toEqual(inputs.toSorted());
  });

  test.each(cases)("$file", ({ file, lessons, prompts = [], absent = [], range, wellFormed }) => {
    const home = temporary();
    const source = join(directory, file);
    const learned = aistackJson(["learn", "--once", "--home", home, "--source", source]);
    expect([learned.lessons, learned.rejected]).toEqual([lessons, learned.rejected]);
    const { lessons: listed } = aistackJson(["dataset", "list", "--limit", "100", "--home", home]);
    const whole = listed.map(({ id }: { id: string }) => aistackJson(["dataset", "show", id, "--home", home]).lesson);
    expect(whole).toHaveLength(lessons);
    for (const words of prompts) {
      expect(whole.map(({ prompt }: { prompt: string }) => prompt).join("\n")).toContain(words);
    }
    for (const word of absent) {
      expect(
        filesOf(home)
          .filter(({ text }) => text.includes(word))
          .map(({ name }) => name),
      ).toEqual([]);
    }
    for (const { origin, prompt, response } of range ? whole : []) {
      const held = bytesAt(origin.file, origin.offset, origin.bytes);
      expect(held).toContain(JSON.stringify(prompt).slice(1, -1));
      expect(held).toContain(JSON.stringify(response).slice(1, -1));
    }
    if (!wellFormed) return;
    for (const format of formats) {
      const output = join(home, `${format}.jsonl`);
      aistackJson(["dataset", "export", "--format", format, "--output", output, "--home", home]);
    }
    for (const { name, text } of filesOf(home).filter(({ name }) => name.endsWith(".jsonl"))) {
      const utf8 = Buffer.from(text, "latin1").toString("utf8");
      expect([name, /\\ud[89a-f][0-9a-f]{2}(?!\\ud[c-f])/i.test(utf8)]).toEqual([name, false]);
      for (const line of utf8.trimEnd().split("\n")) expect(JSON.stringify(JSON.parse(line)).isWellFormed()).toBe(true);
    }
  });
});
