import { describe, expect, test } from "vitest";
import { withoutThoughts } from "../../../src/engine/learning/thoughts.ts";
import { readFile } from "./reading.ts";

const question = "How do I parse a TOML file in Python?";
const good = "Use tomllib from the standard library: open the file in binary mode and call tomllib.load(f).";

const chat = (answer: string, more: object = {}, said: object = {}) => ({
  messages: [
    { role: "user", content: question },
    { role: "assistant", content: answer, ...said },
  ],
  ...more,
});

describe("what a model thought is no part of its answer", () => {
  test.each([
    `The user asks about TOML, SECRET.</think>\n${good}`,
    `SECRET, and the tag \`</think>\` ends it.\n</think>\n\n${good}`,
    `<think>SECRET</think>\n\n${good}`,
    `[THINK]SECRET[/THINK]${good}`,
    `<seed:think>SECRET</seed:think>${good}`,
    `<|channel|>analysis<|message|>SECRET<|end|><|start|>assistant<|channel|>final<|message|>${good}`,
    `<|start|>assistant<|channel|>commentary<|message|>SECRET<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>${good}<|return|>`,
    `analysisThe user asks, SECRET.assistantfinal${good}`,
  ])("%s", (answer) => {
    expect(withoutThoughts(answer)).toBe(good);
    expect(readFile([chat(answer)]).lessons.map(({ response }) => response)).toEqual([good]);
  });

  test.each([
    "<think>The user asks about TOML, SECRET, and never an end of it",
    "<think> Okay, the user asks about TOML",
    "<thinking>\nSECRET",
    "<|channel|>analysis<|message|>SECRET, and never an end of it",
  ])("nothing but thoughts is an answer that was cut: %s", (answer) => {
    expect(readFile([chat(answer)])).toMatchObject({ lessons: [], reasons: ["cut_off"] });
  });

  test.each([
    "The tag `</think>` closes what the model thought; take all before it away.",
    "Look for </think> in the text and cut there, as the server does not do it.",
    "```xml\n</think>\n```\nThat is the line that ends it.",
    "<think> is the tag that opens a thought, and </think> the one that closes it.",
    "Analysis of the log: the disk is full, so that nothing can be written.",
  ])("an answer about such tags stays whole: %s", (answer) => {
    expect(withoutThoughts(answer)).toBe(answer);
  });
});
