import { expect, test } from "vitest";
import { failureText, fitWidths, toText } from "../../src/cli/print.ts";
import { Failure } from "../../src/engine/errors.ts";

const id = "f4b2afd2e35eac60df65131362b8317a798d08e51f0a1b402c8ffcf57d58766e";
const lessons = [
  {
    id,
    kind: "conversation",
    file: "/home/someone/telemetry/representative_messages.jsonl",
    prompt: "How do I?".repeat(9),
  },
];

test("a table fits the terminal: ids keep their beginning, paths their end, texts say that they go on", () => {
  const text = toText({ lessons }, { write: () => undefined, colours: false, columns: 80 });
  for (const line of text.trimEnd().split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  const [shown = "", kind, file = "", ...prompt] = text.trimEnd().split("\n").at(-1)?.trim().split(/ {2}/) ?? [];
  expect(id.startsWith(shown)).toBe(true);
  expect(shown.length).toBeGreaterThanOrEqual(12);
  expect(kind).toBe("conversation");
  expect(file).toMatch(/^….*messages\.jsonl$/);
  expect(prompt.join(" ")).toMatch(/^How do I\?.*…$/);
});

test("nothing is cut where there is no terminal", () => {
  const text = toText({ lessons }, { write: () => undefined, colours: false, columns: Number.POSITIVE_INFINITY });
  expect(text).toContain(id);
  expect(text).toContain("How do I?".repeat(9));
});

test("only the widest columns are narrowed, and none below twelve", () => {
  expect(fitWidths([5, 64, 80], 80)).toEqual([5, 35, 35]);
  expect(fitWidths([5, 10, 20], 80)).toEqual([5, 10, 20]);
  expect(fitWidths([40, 40, 40], 10)).toEqual([12, 12, 12]);
  expect(fitWidths([], 80)).toEqual([]);
});

test("a failure about a name that holds sequences sends none of them to the terminal, and keeps its rows", () => {
  const name = "\u001b[2J\u001b]0;owned\u0007\u009b31m";
  const failure = new Failure("config", { what: `${name} was not used`, why: `one\n${name}`, hint: `Type: ${name}` });
  const text = failureText(failure, { write: () => undefined, colours: false, columns: 80 });
  expect(text).toMatch(/^[^\p{Cc}]*\n[^\p{Cc}]*\n {2}Type: [^\p{Cc}]*\n$/u);
});
