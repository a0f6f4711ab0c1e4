import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText } from "../../src/engine/learning/clean.ts";
import { exportFormats } from "../../src/engine/learning/export-format.ts";
import { type LessonKind, lessonKinds, maxPromptChars, maxResponseChars } from "../../src/engine/learning/lesson.ts";
import { logOf, marked, rejection, workOf } from "./export-corpus.ts";
import { aistack, aistackJson, fixtures, temporary } from "./running.ts";

const samples = ["--source", join(fixtures, "telemetry/*.jsonl"), "--source", join(fixtures, "transcripts/*.jsonl")];

function learned(events: readonly object[], talks: readonly object[] = []) {
  const home = temporary();
  mkdirSync(join(home, "logs"));
  writeFileSync(join(home, "logs/own-events.jsonl"), logOf(events));
  writeFileSync(join(home, "logs/talks.jsonl"), logOf(talks));
  aistackJson(["learn", "--once", "--home", home, "--source", join(home, "logs/*.jsonl")]);
  return home;
}

function rowsOf(home: string, format: string, ...options: string[]) {
  const { stdout, stderr, status } = aistack(["dataset", "export", "--format", format, "--home", home, ...options]);
  if (status !== 0 && !stderr.includes("there is no row")) throw new Error(stderr);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** The columns of a value and their types, as deep as they go. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(shapeOf(one))))];
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shapeOf(one)]));
}

describe("what an export holds", () => {
  test("exports have the trainers' shapes, and rejected lessons are left out", () => {
    const home = temporary();
    aistackJson(["learn", "--once", "--home", home, ...samples]);
    expect(rowsOf(home, "openai")[0].messages[0].role).toBe("user");
    expect(rowsOf(home, "sharegpt")[0].conversations[0].from).toBe("human");
    expect(Object.keys(rowsOf(home, "alpaca")[0])).toEqual(["instruction", "input", "output", "system"]);
    const { lessons } = aistackJson(["dataset", "list", "--home", home]);
    aistackJson(["dataset", "reject", lessons[0].id, "--home", home]);
    const output = join(home, "out.jsonl");
    expect(aistackJson(["dataset", "export", "--format", "openai", "--output", output, "--home", home]).pairs).toBe(21);
    const sides = ["train", "validation"].map((part) => rowsOf(home, "openai", "--validation", "0.3", "--part", part));
    expect(sides.flat()).toHaveLength(21);
  });

  test("every row of every export, and of the dataset, has the same columns with the same types", () => {
    const works = lessonKinds.flatMap((kind, order) =>
      Array.from({ length: 14 }, (_, at) => [kind, order * 100 + at] as const),
    );
    const lines = (wanted: (kind: LessonKind) => boolean) =>
      works.flatMap(([kind, at]) =>
        wanted(kind) ? workOf(kind, at, `What is the number ${at} good for?`, `The ${at} is good for -${at}.`) : [],
      );
    const home = learned(
      [...lines((kind) => kind !== "conversation"), marked(1, "Which flag is the one to use?", "The flag is --a-1.")],
      [
        ...lines((kind) => kind === "conversation"),
        ...rejection(2, "Which flag is the other one?", "Use --b-2.", "Use --c-3."),
      ],
    );
    for (const format of exportFormats) {
      const rows = rowsOf(home, format);
      expect([format, rows.length]).toEqual([
        format,
        format.startsWith("dpo") ? 1 : format.startsWith("kto") ? 85 : 84,
      ]);
      expect([format, new Set(rows.map((row) => JSON.stringify(shapeOf(row)))).size]).toEqual([format, 1]);
    }
    const dataset = readFileSync(join(home, "dataset.jsonl"), "utf8").trim().split("\n");
    expect(new Set(dataset.map((line) => JSON.stringify(shapeOf(JSON.parse(line))))).size).toBe(1);
    const metrics = dataset.map((line) => JSON.parse(JSON.parse(line).metadata.success_metrics));
    expect(metrics).toContainEqual({ latency_ms: 1401.5 });
    expect(metrics).toContainEqual({});
  });

  test("lines that an earlier version wrote are exported like all others", () => {
    const home = learned(workOf("inference", 1, "What is the number 1 good for?", "It is good for -1."));
    const former = (at: number, metrics: unknown) =>
      JSON.stringify({
        messages: [
          { role: "user", content: `What was ${at} good for?` },
          { role: "assistant", content: `It was \ud83d good for -${at}.` },
        ],
        metadata: { pattern_id: "p", lesson_id: String(at), interaction_type: "inference", success_metrics: metrics },
      });
    const file = join(home, "dataset.jsonl");
    const lines = [former(2, { latency_ms: 1 }), former(3, {}), former(4, null), '{"other":"program"}'];
    writeFileSync(file, `${readFileSync(file, "utf8")}${lines.join("\n")}\n`);
    for (const format of ["openai", "sharegpt", "alpaca", "kto", "kto-chat"]) {
      const rows = rowsOf(home, format);
      expect([format, rows.length]).toEqual([format, 4]);
      expect(new Set(rows.map((row) => JSON.stringify(shapeOf(row)))).size).toBe(1);
      expect(JSON.stringify(rows)).toContain("It was \ufffd good for -4.");
    }
    expect(rowsOf(home, "openai", "--kind", "span")).toEqual([]);
  });

  test("a rejected answer stands beside what was accepted next and the best lesson of its question, else alone", () => {
    const question = "Which of the flags shows hidden files?";
    const home = learned(
      [
        ...workOf("inference", 1, question, "The flag --maybe-1 shows them."),
        ...workOf("inference", 7, question, "The flag --best-7 shows them."),
        marked(2, ` ${question.toUpperCase()}`, "The flag --bad-2 shows them."),
        marked(3, "Which of the flags sorts by size?", "The flag --bad-3 sorts them."),
        ...workOf("agent_step", 4, "Which of the flags sorts by time?", "The flag --good-4 sorts them."),
      ],
      rejection(5, "Which of the flags reverses the order?", "The flag --bad-5 does.", "The flag --next-5 does."),
    );
    const pairs = [
      ["The flag --best-7 shows them.", "The flag --bad-2 shows them."],
      ["The flag --next-5 does.", "The flag --bad-5 does."],
    ];
    expect(rowsOf(home, "dpo").map(({ chosen, rejected }) => [chosen, rejected])).toEqual(pairs);
    expect(rowsOf(home, "dpo-chat")[1]).toEqual({
      prompt: [{ role: "user", content: "Which of the flags reverses the order?" }],
      chosen: [{ role: "assistant", content: "The flag --next-5 does." }],
      rejected: [{ role: "assistant", content: "The flag --bad-5 does." }],
    });
    expect(rowsOf(home, "kto").map(({ completion, label }) => [completion, label])).toEqual([
      ["The flag --maybe-1 shows them.", true],
      ["The flag --good-4 sorts them.", true],
      ["The flag --bad-3 sorts them.", false],
    ]);
    expect(rowsOf(home, "dpo", "--approved-only")).toEqual([]);
    const [maybe] = aistackJson(["dataset", "list", "--search", "maybe", "--home", home]).lessons;
    aistackJson(["dataset", "approve", maybe.id, "--home", home]);
    const approved = rowsOf(home, "dpo", "--approved-only");
    expect(approved.map(({ chosen, rejected }) => [chosen, rejected])).toEqual([
      ["The flag --maybe-1 shows them.", "The flag --bad-2 shows them."],
    ]);
    expect(rowsOf(home, "kto", "--kind", "agent_step").map(({ completion }) => completion)).toEqual([
      "The flag --good-4 sorts them.",
    ]);
  });
});

describe("what an export is asked for", () => {
  const works = Array.from({ length: 40 }, (_, at) => {
    const words = Array.from({ length: 60 }, (_, word) => `w${at * 100 + word}`).join(" ");
    // The second of two has one word more.
    return [0, 1].flatMap((again) =>
      workOf(
        at % 2 === 0 ? "inference" : "agent_step",
        10 * at + again,
        `How to use ${words}?`,
        `${words}${" x".repeat(again)}.`,
      ),
    );
  }).flat();

  test("only lessons of a kind, of a value, or without what nearly repeats another; none is on both sides of a split", () => {
    const home = learned(works);
    expect(rowsOf(home, "openai")).toHaveLength(80);
    expect(rowsOf(home, "openai", "--kind", "inference")).toHaveLength(40);
    expect(rowsOf(home, "openai", "--kind", "inference", "--kind", "agent_step")).toHaveLength(80);
    const once = rowsOf(home, "alpaca", "--no-near-duplicates");
    expect(new Set(once.map(({ instruction }) => instruction)).size).toBe(40);
    expect(once).toHaveLength(40);
    const { lessons } = aistackJson(["dataset", "list", "--limit", "100", "--home", home]);
    const values: number[] = lessons.map(({ value }: { value: number }) => value);
    const least = values.toSorted((a, b) => a - b)[50] ?? 0;
    const worthy = rowsOf(home, "openai", "--min-value", String(least));
    expect(worthy).toHaveLength(values.filter((value) => value >= least).length);
    expect(worthy.length).toBeLessThan(80);
    for (const format of ["alpaca", "kto"]) {
      const [train, validation] = ["train", "validation"].map((part) =>
        rowsOf(home, format, "--validation", "0.4", "--part", part).map((row) => row.instruction ?? row.prompt),
      );
      expect((train?.length ?? 0) + (validation?.length ?? 0)).toBe(80);
      expect(validation?.filter((one) => train?.includes(one))).toEqual([]);
      expect(validation?.length).toBeGreaterThan(8);
    }
  });

  test("all answers to a question that was rejected once are on one side of a split, in every format of preferences", () => {
    const questions = Array.from({ length: 30 }, (_, at) => `Which of the flags is number ${at} of all?`);
    const home = learned(
      questions.flatMap((question, at) => [
        ...[0, 1, 2].flatMap((again) => workOf("inference", 10 * at + again, question, `It is --good-${at}-${again}.`)),
        ...[0, 1].map((again) => marked(10 * at + again, question, `It is --bad-${at}-${again}.`)),
      ]),
    );
    const promptsOf = (part: string) =>
      ["dpo", "kto"].flatMap((format) =>
        rowsOf(home, format, "--validation", "0.4", "--part", part).map(({ prompt }) => prompt),
      );
    const [train, validation] = [promptsOf("train"), promptsOf("validation")];
    expect([train.length + validation.length, new Set([...train, ...validation]).size]).toEqual([60 + 60, 30]);
    expect(validation.filter((one) => train.includes(one))).toEqual([]);
    expect(validation.length).toBeGreaterThan(10);
  });

  test.each([
    [["--kind", "poem"], "inference"],
    [["--min-value", "1.5"], "0 to 1"],
    [["--min-value", "much"], "must be a number"],
    [["--validation", "1"], "0 to below 1"],
    [["--part", "middle"], "validation"],
    [["--part", "validation"], "--validation 0.1"],
    [["--part", "both", "--validation", "0.1"], "--output NAME"],
    [["--output"], "--output"],
    [["--format", "csv"], "sharegpt"],
  ])("%j is refused, and what is accepted is named", (options, named) => {
    const format = options.includes("--format") ? [] : ["--format", "openai"];
    const { status, stdout, stderr } = aistack(["dataset", "export", "--home", temporary(), ...format, ...options]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(named);
  });

  test("the help tells every option, and how the formats belong together", () => {
    const { stdout } = aistack(["dataset", "export", "--help"]);
    for (const word of [
      "--min-value",
      "--kind",
      "--no-near-duplicates",
      "--part",
      "--force",
      "kto-chat",
      "no partner",
    ]) {
      expect(stdout).toContain(word);
    }
  });
});

describe("any text", () => {
  test("comes out of every export as it went in, cut to whole characters", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.string({ unit: "grapheme", maxLength: 200 }),
      fc.string({
        unit: fc.constantFrom("\u2028", "\u2029", "\u0085", "\r\n", "\ud83d", "\udc00", "\0", "🦜", '"', "\\"),
      }),
      fc.integer({ min: 3990, max: 4010 }).map((units) => `${"x".repeat(units)}🦜🦜🦜`),
      fc.integer({ min: 11_970, max: 12_000 }).map((units) => `${"e\u0301".repeat(units / 2)}👩‍👩‍👧‍👦`),
    );
    const texts = fc.array(text, { minLength: 150, maxLength: 150 });
    const property = fc.property(texts, (strings) => {
      const words = strings.map(
        (one, at) => [`Which is number ${at}? ${one} :`, `Number ${at} is: ${one} -${at}.`] as const,
      );
      const home = learned(words.flatMap(([prompt, response], at) => workOf("agent_step", at, prompt, response)));
      const expected = words
        .map(([prompt, response]) => [cleanText(prompt, maxPromptChars), cleanText(response, maxResponseChars)])
        .toSorted();
      const same = (rows: readonly (readonly (string | undefined)[])[]) => expect(rows.toSorted()).toEqual(expected);
      same(rowsOf(home, "openai").map(({ messages }) => messages.map(({ content }: { content: string }) => content)));
      same(rowsOf(home, "sharegpt").map(({ conversations: [asked, said] }) => [asked.value, said.value]));
      same(rowsOf(home, "alpaca").map(({ instruction, output }) => [instruction, output]));
      same(rowsOf(home, "kto").map(({ prompt, completion }) => [prompt, completion]));
      same(rowsOf(home, "kto-chat").map(({ prompt: [asked], completion: [said] }) => [asked.content, said.content]));
      const dataset = readFileSync(join(home, "dataset.jsonl"), "utf8").trimEnd().split("\n");
      same(dataset.map((line) => JSON.parse(line).messages.map(({ content }: { content: string }) => content)));
      expect(dataset.every((line) => !/\\ud[89a-f]/i.test(line))).toBe(true);
    });
    fc.assert(property, { numRuns: 2, endOnFailure: true });
  });

  test("comes out of preference pairs as it went in", () => {
    const texts = fc.array(fc.string({ unit: "binary", maxLength: 100 }), { minLength: 60, maxLength: 60 });
    const property = fc.property(texts, (strings) => {
      const words = strings.map(
        (one, at) =>
          [`Which of them all is it, ${at}? ${one} :`, `It is -a-${at} ${one}.`, `It is -b-${at} ${one}.`] as const,
      );
      const talks = words.flatMap(([question, wrong, right], at) => rejection(at, question, wrong, right));
      const home = learned([], talks);
      const expected = words.map((three) => three.map((one) => cleanText(one, maxPromptChars))).toSorted();
      const rows = rowsOf(home, "dpo").map(({ prompt, rejected, chosen }) => [prompt, rejected, chosen]);
      expect(rows.toSorted()).toEqual(expected);
    });
    fc.assert(property, { numRuns: 2, endOnFailure: true });
  });
});
