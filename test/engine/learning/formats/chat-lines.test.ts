import { describe, expect, test } from "vitest";
import { datasetLine, pairLine, parseDatasetLine } from "../../../../src/engine/learning/export.ts";
import { pairFormats } from "../../../../src/engine/learning/export-format.ts";
import { learnLines } from "../../../../src/engine/learning/learn.ts";
import type { Lesson } from "../../../../src/engine/learning/lesson.ts";
import { readFile } from "../reading.ts";

const question = "How do I squash the last two commits of a branch?";
const answer = "Type git reset --soft HEAD~2 and commit what is staged then.";
const user = { role: "user", content: question };
const assistant = { role: "assistant", content: answer };
const earlier = [
  { role: "system", content: "SECRET-SYSTEM" },
  { role: "user", content: "How do I see the last commits of a branch?" },
  { role: "assistant", content: "Type git log in the directory." },
];
const choices = [{ index: 0, finish_reason: "stop", message: assistant }];

describe("the last question of a line is paired with its answer", () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["OpenAI chat", { messages: [user, assistant] }],
    ["OpenAI chat of several turns", { messages: [...earlier, user, assistant] }],
    [
      "a tool between them",
      {
        messages: [
          user,
          { role: "assistant", content: null, tool_calls: [{ id: "c" }] },
          { role: "tool", content: "SECRET" },
          assistant,
        ],
      },
    ],
    [
      "blocks",
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: question },
              { type: "image_url", image_url: { url: "SECRET" } },
            ],
          },
          assistant,
        ],
      },
    ],
    [
      "Anthropic's blocks",
      {
        messages: [
          user,
          {
            role: "assistant",
            content: [
              { type: "thinking", thinking: "SECRET" },
              { type: "text", text: answer },
            ],
          },
        ],
      },
    ],
    [
      "ShareGPT",
      {
        conversations: [
          { from: "system", value: "SECRET" },
          { from: "human", value: question },
          { from: "gpt", value: answer },
        ],
      },
    ],
    ["ShareGPT with roles", { id: "x", conversations: [user, assistant] }],
    ["Alpaca", { instruction: question, input: "", output: answer }],
    ["prompt and completion", { prompt: question, completion: answer }],
    ["question and answer", { question, answer }],
    [
      "a preference pair",
      { prompt: [user], chosen: [assistant], rejected: [{ role: "assistant", content: "SECRET" }] },
    ],
    [
      "a preference pair with the whole talk",
      { chosen: [user, assistant], rejected: [user, { role: "assistant", content: "SECRET" }], prompt: question },
    ],
    ["a request and its response", { request: { model: "m", messages: [user] }, response: { choices } }],
    [
      "a request and its response as text",
      { request: JSON.stringify({ messages: [user] }), response: JSON.stringify({ choices }) },
    ],
    [
      "LiteLLM",
      {
        litellm_call_id: "l",
        call_type: "acompletion",
        status: "success",
        messages: [...earlier, user],
        response: { choices, usage: { completion_tokens: 12 } },
        model: "m",
        startTime: 1772380800.5,
        endTime: 1772380802.5,
      },
    ],
    [
      "Responses items",
      {
        input: [{ type: "message", role: "user", content: [{ type: "input_text", text: question }] }],
        response: {
          object: "response",
          status: "completed",
          output: [
            { type: "reasoning", summary: [] },
            { type: "message", role: "assistant", content: [{ type: "output_text", text: answer }] },
          ],
        },
      },
    ],
    [
      "Gemini",
      {
        request: { contents: [{ role: "user", parts: [{ text: question }] }] },
        response: { candidates: [{ content: { role: "model", parts: [{ text: answer }] }, finishReason: "STOP" }] },
      },
    ],
    [
      "LangChain",
      {
        messages: [
          { lc: 1, type: "constructor", id: ["langchain", "schema", "HumanMessage"], kwargs: { content: question } },
          { lc: 1, type: "constructor", id: ["langchain", "schema", "AIMessage"], kwargs: { content: answer } },
        ],
      },
    ],
  ])("%s", (_, record) => {
    const { lessons, reasons, dialects } = readFile([record]);
    expect(
      lessons.map(({ prompt, response }) => [prompt, response]),
      reasons.join(),
    ).toEqual([[question, answer]]);
    expect([dialects, JSON.stringify(lessons).includes("SECRET")]).toEqual([["chat lines"], false]);
  });

  test("the input of an instruction belongs to the question", () => {
    const [lesson] = readFile([
      { instruction: "Say it in French, please:", input: "Good day.", output: "Bonjour à vous." },
    ]).lessons;
    expect(lesson?.prompt).toBe("Say it in French, please:\n\nGood day.");
  });
});

describe("a preference keeps its rejected answer beside the lesson", () => {
  const worse = "Throw the branch away and begin anew.";
  const kept = (record: object) =>
    learnLines(Buffer.from(JSON.stringify(record)), 0, { file: "f", inode: "1:1" }, [], 1e6)
      .flatMap(({ outcomes }) => outcomes)
      .flatMap((one) => ("negative" in one && one.negative ? [one.negative] : []))
      .map(({ prompt, response, chosen }) => [prompt, response, chosen]);

  test.each([
    ["texts", { prompt: question, chosen: answer, rejected: worse }],
    ["messages", { prompt: [user], chosen: [assistant], rejected: [{ role: "assistant", content: worse }] }],
    [
      "whole talks",
      { chosen: [user, assistant], rejected: [user, { role: "assistant", content: worse }], prompt: "x" },
    ],
  ])("as %s", (_what, record) => {
    expect(kept(record)).toEqual([[question, worse, answer]]);
    expect(readFile([record])).toMatchObject({ lessons: [{ response: answer }], reasons: ["rejected_by_user"] });
  });

  test("but not where both sides say the same, or the accepted one is an error", () => {
    const same = { prompt: question, chosen: answer, rejected: ` ${answer}` };
    expect([kept(same), readFile([same]).lessons.length]).toEqual([[], 1]);
    expect(kept({ prompt: question, chosen: "API Error: 500", rejected: worse })).toEqual([[question, worse, ""]]);
  });
});

describe("what cannot teach is counted with its reason", () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      "a cut answer",
      { messages: [user], response: { choices: [{ finish_reason: "length", message: assistant }] } },
      "cut_off",
    ],
    [
      "a response that is not whole",
      {
        input: question,
        response: {
          status: "incomplete",
          incomplete_details: { reason: "max_output_tokens" },
          output: [{ type: "message", ...assistant }],
        },
      },
      "cut_off",
    ],
    [
      "a refusal",
      { messages: [user, { role: "assistant", content: null, refusal: "I will not do that, never." }] },
      "refused_by_model",
    ],
    ["a failed call", { messages: [user], response: null, status: "failure", error_str: "429" }, "provider_error"],
    [
      "an error in the place of an answer",
      { request: { messages: [user] }, response: { error: { message: "quota" } }, error: { message: "quota" } },
      "provider_error",
    ],
    [
      "a call of a tool alone",
      { messages: [user, { role: "assistant", content: null, tool_calls: [{ id: "c" }] }] },
      "tool_call",
    ],
    ["words beside the call of a tool", { messages: [user, { ...assistant, tool_calls: [{ id: "c" }] }] }, "turn_open"],
    [
      "a failed tool before the answer",
      { messages: [user, { role: "tool", content: "Process exited with code 2" }, assistant] },
      "command_failed",
    ],
    ["no answer", { messages: [...earlier, user] }, "no_answer"],
    ["no question", { messages: [assistant] }, "no_question"],
    ["a response alone", { id: "c", object: "chat.completion", choices }, "no_question"],
    [
      "a line of a batch that was answered",
      {
        id: "b",
        custom_id: "c",
        response: { status_code: 200, body: { object: "chat.completion", choices } },
        error: null,
      },
      "no_question",
    ],
    [
      "a line of a batch that was asked",
      { custom_id: "c", method: "POST", url: "/v1/chat/completions", body: { messages: [user] } },
      "no_answer",
    ],
    ["nothing", { messages: [] }, "no_text"],
    ["an answer that was judged bad", { prompt: question, completion: answer, label: false }, "rejected_by_user"],
  ])("%s", (_, record, reason) => {
    const { lessons, reasons } = readFile([record]);
    expect([lessons.length, reasons]).toEqual([0, [reason]]);
  });
});

test("an answer that the last message rejects is a negative", () => {
  const messages = [
    user,
    assistant,
    { role: "user", content: "No, that is wrong: it lost my work." },
    { role: "assistant", content: "Then type git rebase -i HEAD~2." },
  ];
  const { lessons, negatives } = readFile([{ messages }]);
  expect([lessons.length, negatives]).toEqual([0, 1]);
});

test("a lesson of this program comes back the same from its dataset and from every export", () => {
  const [lesson] = readFile([{ messages: [user, assistant] }]).lessons;
  const line = datasetLine(lesson ?? ({ ...none } satisfies Lesson));
  const pair = parseDatasetLine(line);
  const lines = pair === null ? [] : [line, ...pairFormats.map((format) => pairLine(pair, format))];
  expect(lines).toHaveLength(4);
  const ids = lines.flatMap((one) => readFile(`${one}\n`).lessons.map(({ id }) => id));
  expect(ids).toEqual(lines.map(() => lesson?.id));
});

const none: Lesson = {
  id: "",
  patternId: "",
  kind: "conversation",
  prompt: "",
  response: "",
  backend: "",
  iterations: 1,
  timestamp: "",
  successMetrics: {},
  feedback: null,
  origin: { file: "", inode: "", offset: 0, bytes: 0 },
};
