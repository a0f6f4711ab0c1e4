import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Learned, learnLines, settleTurn } from "../../../src/engine/learning/learn.ts";
import type { Lesson } from "../../../src/engine/learning/lesson.ts";

/** One small input, what must come of it, and why. */
interface Case {
  readonly file: string;
  readonly lessons: number;
  /** Parts of questions and of answers that must be there; of a pair, both in one lesson. */
  readonly prompts?: readonly string[];
  readonly answers?: readonly string[];
  readonly pairs?: readonly (readonly [string, string])[];
  /** Words that may be kept nowhere, also not as a negative or in an open turn. */
  readonly absent?: readonly string[];
  /** Words that may be in no lesson. */
  readonly absentFromLessons?: readonly string[];
  /** Whether each lesson's bytes must hold its question and its answer. */
  readonly range?: boolean;
  /** Whether no half character may be in a lesson. */
  readonly wellFormed?: boolean;
  readonly comment: string;
}

const directory = join(import.meta.dirname, "../../../fixtures/learning-more");
const cases: readonly Case[] = JSON.parse(readFileSync(join(directory, "expected.json"), "utf8"));
const origin = { file: "f", inode: "1:1" };

// What stays of a file by its end, as `learn --once` leaves it, and all that was written down on the way.
function learnFile(bytes: Buffer): {
  readonly lessons: readonly Lesson[];
  readonly reasons: string;
  readonly kept: string;
} {
  const lines = learnLines(bytes, 0, origin, [], 8 << 20);
  const open = lines.at(-1)?.turns ?? [];
  const settled = open.flatMap((turn) => settleTurn(turn, origin)?.learned ?? []);
  const outcomes: readonly Learned[] = [...lines.flatMap((line) => line.outcomes), ...settled];
  const lessons = new Map<string, Lesson>();
  for (const outcome of outcomes) {
    if (outcome.withdraws !== undefined) lessons.delete(outcome.withdraws);
    if ("lesson" in outcome) lessons.set(outcome.lesson.id, outcome.lesson);
    else if (outcome.negative !== undefined) lessons.delete(outcome.negative.id);
  }
  const reasons = outcomes.flatMap((one) => ("reason" in one ? [one.reason] : [])).join(" ");
  return { lessons: [...lessons.values()], reasons, kept: JSON.stringify([outcomes, lines.map(({ turns }) => turns)]) };
}

describe("small inputs in the form in which agents write them", () => {
  test("every input that lies there is one of the cases", () => {
    const inputs = readdirSync(directory).filter((name) => name.endsWith(".jsonl"));
    expect(cases.map(({ file }) => file).toSorted()).toEqual(inputs.toSorted());
  });

  test.each(cases)("$file: $comment", (one) => {
    const bytes = readFileSync(join(directory, one.file));
    const { lessons, reasons, kept } = learnFile(bytes);
    expect([lessons.length, reasons]).toEqual([one.lessons, reasons]);
    const prompts = lessons.map(({ prompt }) => prompt).join("\n");
    const answers = lessons.map(({ response }) => response).join("\n");
    for (const words of one.prompts ?? []) expect(prompts).toContain(words);
    for (const words of one.answers ?? []) expect(answers).toContain(words);
    for (const [asked, answered] of one.pairs ?? []) {
      expect(lessons.some(({ prompt, response }) => prompt.includes(asked) && response.includes(answered))).toBe(true);
    }
    for (const words of one.absentFromLessons ?? []) {
      expect(`${prompts}\n${answers}`).not.toContain(words);
    }
    for (const words of one.absent ?? []) expect(kept).not.toContain(words);
    if (one.wellFormed) expect(`${prompts}\n${answers}`.isWellFormed()).toBe(true);
    for (const { origin: at, prompt, response } of one.range ? lessons : []) {
      const held = bytes.toString("utf8", at.offset, at.offset + at.bytes);
      expect(held).toContain(JSON.stringify(prompt).slice(1, -1));
      expect(held).toContain(JSON.stringify(response).slice(1, -1));
    }
  });
});
