import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { exportFormats } from "../../src/engine/learning/export-format.ts";
import { lessonKinds } from "../../src/engine/learning/lesson.ts";
import { needs } from "../parts.ts";
import { logOf, marked, rejection, workOf } from "./export-corpus.ts";
import { aistackJson, lasting } from "./running.ts";

const loader = needs("datasets");
const messages = "list<item: struct<role: string, content: string>>";
const columns = {
  openai: { messages },
  sharegpt: { conversations: "list<item: struct<from: string, value: string>>" },
  alpaca: { instruction: "string", input: "string", output: "string", system: "string" },
  dpo: { prompt: "string", chosen: "string", rejected: "string" },
  "dpo-chat": { prompt: messages, chosen: messages, rejected: messages },
  kto: { prompt: "string", completion: "string", label: "bool" },
  "kto-chat": { prompt: messages, completion: messages, label: "bool" },
} as const;
const lessonsEach = 1500;
const negatives = 1500;
// The accepted answers of a third of them are lessons as well.
const lessons = lessonsEach * lessonKinds.length + negatives / 3;

// Words that no two lessons share, so that nothing is a near-duplicate, and among them what loaders stumble over.
const odd = ["🦜", "\u2028", "\u2029", "\u0085", "e\u0301", "\u0000", "\r\n", '"', "\\", "\ud83d", "𝔘", "\u200d", "ا"];
const wordsOf = (seed: number, many: number) =>
  Array.from({ length: many }, (_, at) => `w${(seed * 7919 + at * 104_729) % 1_000_003}${odd[(seed + at) % 40] ?? ""}`);
const textOf = (seed: number, many: number) => wordsOf(seed, many).join(" ");

// What is odd in form comes late: a loader that guesses types guesses from the first blocks.
function corpus() {
  const works: object[] = [];
  const talks: object[] = [];
  for (const [order, kind] of lessonKinds.entries()) {
    for (let at = 0; at < lessonsEach; at++) {
      const seed = order * lessonsEach + at;
      const isHuge = at > lessonsEach - 40;
      const isTiny = at % 50 === 49;
      const question = `Which of the numbered answers is ${seed}? ${isTiny ? "" : textOf(seed, isHuge ? 380 : 60)}`;
      const answer = isTiny ? `It is -${seed}.` : `${textOf(seed + 500_000, isHuge ? 1100 : 460)}.`;
      (kind === "conversation" ? talks : works).push(...workOf(kind, seed, question, answer));
    }
  }
  for (let at = 0; at < negatives; at++) {
    const question = `Which of the rejected answers is ${at}? ${textOf(at + 2_000_000, 100)}`;
    const wrong = `${textOf(at + 3_000_000, 900)}.`;
    const right = `${textOf(at + 4_000_000, 900)}.`;
    if (at % 3 === 0) talks.push(...rejection(at, question, wrong, right));
    if (at % 3 === 1) works.push(marked(at, question, wrong));
    if (at % 3 === 2) works.push(marked(at, question, wrong), ...workOf("inference", 7 * at, question, right));
  }
  return { works, talks };
}

describe.skipIf(loader.missing)("a mixed corpus of over 30 MB loads with Hugging Face's datasets", () => {
  const home = lasting();
  const dataset = join(home, "dataset.jsonl");
  const own = ["dataset", "export", "--home", home, "--format"];
  const wholeOf = (format: string) => join(home, `${format}.jsonl`);
  const split = join(home, "split");
  const loaded = new Map<string, ReturnType<typeof JSON.parse>>();
  const exported = new Map<string, ReturnType<typeof JSON.parse>>();

  beforeAll(() => {
    const { works, talks } = corpus();
    writeFileSync(join(home, "works-events.jsonl"), logOf(works));
    writeFileSync(join(home, "talks.jsonl"), logOf(talks));
    aistackJson(["learn", "--once", "--home", home, "--source", join(home, "*s.jsonl")]);
    for (const format of exportFormats) {
      exported.set(format, aistackJson([...own, format, "--output", wholeOf(format)]));
    }
    exported.set("split", aistackJson([...own, "kto", "--output", split, "--part", "both", "--validation", "0.1"]));
    const files = [dataset, ...exportFormats.map(wholeOf), split];
    const script = fileURLToPath(new URL("load-exports.py", import.meta.url));
    const { stdout, stderr, status } = spawnSync(loader.command, [script, ...files], {
      encoding: "utf8",
      timeout: 280_000,
    });
    if (status !== 0) throw new Error(stderr.slice(-4000));
    for (const [at, line] of stdout.trim().split("\n").entries()) loaded.set(files[at] ?? "", JSON.parse(line));
  }, 600_000);

  test("the dataset itself", () => {
    const metadata =
      "struct<pattern_id: string, interaction_type: string, backend: string, iterations: int64, timestamp: string, success_metrics: string, lesson_id: string>";
    expect(statSync(dataset).size).toBeGreaterThan(30e6);
    expect(loaded.get(dataset)).toMatchObject({ rows: lessons, differing: 0, columns: { messages, metadata } });
  });

  test.each(exportFormats)("%s", (format) => {
    const { ms, ...said } = loaded.get(wholeOf(format));
    // Of three rejected answers one is followed by a better one, one stands alone, and one has a lesson beside it.
    const rows = format.startsWith("dpo") ? (negatives / 3) * 2 : lessons;
    expect(said).toEqual({ rows, differing: 0, columns: columns[format] });
    expect(exported.get(format)).toMatchObject({ pairs: rows });
    console.log(`${format}: ${rows} rows, ${statSync(wholeOf(format)).size} bytes, loaded in ${ms} ms`);
    expect(readFileSync(wholeOf(format), "utf8").match(/\\ud[89a-f]/gi)).toBe(null);
  });

  test("an export of both parts, as the two splits of a directory", () => {
    const { train, validation, pairs } = exported.get("split");
    expect(loaded.get(split)).toMatchObject({
      train: { rows: train, differing: 0, columns: columns.kto },
      validation: { rows: validation, differing: 0, columns: columns.kto },
    });
    expect(train + validation).toBe(pairs);
    expect(validation / pairs).toBeCloseTo(0.1, 1);
  });
});
