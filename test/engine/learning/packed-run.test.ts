import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Turn } from "../../../src/engine/learning/formats/shapes.ts";
import { type Learned, learnLines } from "../../../src/engine/learning/learn.ts";
import { lessonPair, lessonVector } from "../../../src/engine/learning/lesson-forms.ts";
import { measure } from "../../../src/engine/learning/nearest.ts";
import { memoryOf, packRun, unpackRun } from "../../../src/engine/learning/packed-run.ts";
import { preparedPart } from "../../../src/engine/learning/prepared.ts";
import { appraise } from "../../../src/engine/learning/value.ts";

const fixtures = fileURLToPath(new URL("../../../fixtures/", import.meta.url));
const samples = ["telemetry", "transcripts"].flatMap((directory) =>
  readdirSync(`${fixtures}${directory}`)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => `${fixtures}${directory}/${name}`),
);
const origin = { file: "/logs/events.jsonl", inode: "1:2" };
const maxLineBytes = 20_000;

function task(prompt: string, output: string, more = {}): string {
  const task = { prompt, output, iteration: 1, context: { last_error: "timed out" } };
  return JSON.stringify({ event: "task_completed", task_id: "a", status: "completed", ...more, task });
}

// What no sample has: bad lines of every kind, letters beyond ASCII, a secret, finished tasks, several spans in a line.
const odd = [
  "",
  "{not json",
  "7",
  `{"event":"task_completed","long":"${"x".repeat(maxLineBytes)}"}`,
  task("how to configure the İstanbul 😀 gateway", "1. install it, and export API_KEY=abcdefgh12345678 then ```run```"),
  task("how to configure the other gateway", "2. set it up as a best practice", {
    total_iterations: 9,
    adaptive_limit_used: 9,
  }),
  JSON.stringify({ event: "task_completed", task: "none" }),
].join("\n");

const runs: readonly (readonly [name: string, bytes: Buffer])[] = [
  ["odd lines", Buffer.concat([Buffer.from(`${odd}\n`), Buffer.from([0xff, 0xfe, 10])])],
  ...samples.map((file) => [file.slice(fixtures.length), readFileSync(file)] as const),
];

function lessonsOf(outcomes: readonly Learned[]) {
  return outcomes.flatMap((one) => ("lesson" in one ? [one.lesson] : []));
}

test.each(runs)("what another thread learned arrives as it was learned: %s", (_, content) => {
  const whole = content.subarray(0, content.lastIndexOf(10) + 1);
  const bytes = new Uint8Array(whole);
  const open: Turn = {
    dialect: "claude-code",
    session: "s",
    prompt: "what is it that you do here?",
    response: "",
    startedAt: "",
    model: "",
    steps: 0,
    failures: 0,
    failing: false,
  };
  for (const before of [null, open]) {
    const learned = learnLines(Buffer.from(bytes), 40, origin, before, maxLineBytes);
    const packed = packRun(new Uint8Array(bytes), learned, origin.file, before);
    const arrived = unpackRun(structuredClone(packed, { transfer: memoryOf(packed) }), 40, origin, before);
    expect(arrived).toEqual(learned);
    const here = learned.flatMap(({ outcomes }) => lessonsOf(outcomes));
    const there = arrived.flatMap(({ outcomes }) => lessonsOf(outcomes));
    for (const [index, lesson] of there.entries()) {
      const same = here[index];
      if (!same) throw new Error("there is no such lesson");
      expect(preparedPart(lesson, () => true)).toBe(true);
      expect(preparedPart(same, () => true)).toBe(null);
      expect(lessonVector(lesson)).toEqual(lessonVector(same));
      expect(Buffer.from(lessonPair(lesson)).toString()).toBe(Buffer.from(lessonPair(same)).toString());
      const [mine, yours] = [measure(lesson), measure(same)];
      expect({ ...mine, words: mine.words() }).toEqual({ ...yours, words: yours.words() });
      expect(appraise(lesson, 0.5)).toEqual(appraise(same, 0.5));
    }
  }
});

test("the samples and odd lines teach something, so that the comparison says something", () => {
  const all = runs.flatMap(([, bytes]) => learnLines(Buffer.from(bytes), 0, origin, null, maxLineBytes));
  const reasons = new Set(
    all.flatMap(({ outcomes }) => outcomes.flatMap((one) => ("reason" in one ? [one.reason] : []))),
  );
  expect(all.flatMap(({ outcomes }) => lessonsOf(outcomes)).length).toBeGreaterThan(10);
  for (const reason of ["malformed_json", "invalid_utf8", "line_too_long", "empty_line", "not_an_object"]) {
    expect(reasons).toContain(reason);
  }
  expect(all.some(({ turn }) => turn !== null)).toBe(true);
  expect(all.some(({ task }) => task !== null)).toBe(true);
});
