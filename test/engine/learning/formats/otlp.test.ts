import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFile } from "../reading.ts";

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };
interface Made {
  readonly attributes?: Readonly<Record<string, Plain>>;
  readonly events?: readonly { readonly name: string; readonly attributes: Readonly<Record<string, Plain>> }[];
  readonly status?: Readonly<Record<string, Plain>>;
  readonly ms?: number;
}

function value(plain: Plain): unknown {
  if (typeof plain === "string") return { stringValue: plain };
  if (typeof plain === "boolean") return { boolValue: plain };
  if (typeof plain === "number") return { intValue: String(plain) };
  if (plain === null) return {};
  if (isList(plain)) return { arrayValue: { values: plain.map(value) } };
  return { kvlistValue: { values: attributes(plain) } };
}

function isList(plain: Plain): plain is readonly Plain[] {
  return Array.isArray(plain);
}

function attributes(fields: Readonly<Record<string, Plain>>): unknown[] {
  return Object.entries(fields).map(([key, plain]) => ({ key, value: value(plain) }));
}

function span({ attributes: own = {}, events = [], status = {}, ms = 900 }: Made) {
  const start = 1_772_380_800_000n;
  return {
    traceId: "0".repeat(32),
    spanId: "1".repeat(16),
    name: "chat",
    startTimeUnixNano: `${start * 1_000_000n}`,
    endTimeUnixNano: `${(start + BigInt(ms)) * 1_000_000n}`,
    attributes: attributes(own),
    events: events.map((one) => ({ name: one.name, attributes: attributes(one.attributes) })),
    status,
  };
}

const spansLine = (...made: readonly Made[]) => ({ resourceSpans: [{ scopeSpans: [{ spans: made.map(span) }] }] });
const logsLine = (...logRecords: readonly unknown[]) => ({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
const read = (made: Made) => readFile([spansLine(made)]);

const system = "You are a terse assistant of the warehouse.";
const before = "How many boxes stand on one pallet, please?";
const question = "How many pallets fit into one truck of 13.6 metres?";
const answer = "Thirty-three euro pallets fit into it.";
const talk = [
  { role: "system", content: system },
  { role: "user", content: before },
  { role: "assistant", content: "About forty of them." },
  { role: "user", content: question },
];
const parts = talk.map(({ role, content }) => ({ role, parts: [{ type: "text", content }] }));
const output = [
  {
    role: "assistant",
    parts: [
      { type: "reasoning", content: "SECRET-REASONING" },
      { type: "text", content: answer },
    ],
    finish_reason: "stop",
  },
];
const numbered = (prefix: string, list: readonly Readonly<Record<string, Plain>>[], inner = "") =>
  Object.fromEntries(
    list.flatMap((one, index) =>
      Object.entries(one).map(([key, plain]) => [`${prefix}.${index}.${inner}${key}`, plain]),
    ),
  );
const toolTalk = [
  ...talk,
  { role: "assistant", content: "", tool_calls: [{ id: "c", function: { name: "look", arguments: "{}" } }] },
  { role: "tool", content: "33" },
];

describe("the last question is paired with the answer to it", () => {
  test.each<[string, Made]>([
    [
      "messages as JSON text",
      {
        attributes: {
          "gen_ai.input.messages": JSON.stringify(parts),
          "gen_ai.output.messages": JSON.stringify(output),
        },
      },
    ],
    [
      "messages as structured values",
      { attributes: { "gen_ai.input.messages": parts, "gen_ai.output.messages": output } },
    ],
    [
      "messages on an event of the span",
      {
        attributes: { "gen_ai.operation.name": "chat" },
        events: [
          {
            name: "gen_ai.client.inference.operation.details",
            attributes: { "gen_ai.input.messages": parts, "gen_ai.output.messages": output },
          },
        ],
      },
    ],
    [
      "numbered attributes",
      {
        attributes: {
          ...numbered("gen_ai.prompt", talk),
          "gen_ai.completion.0.role": "assistant",
          "gen_ai.completion.0.content": answer,
          "gen_ai.completion.0.finish_reason": "stop",
        },
      },
    ],
    [
      "numbered attributes with blocks as JSON",
      {
        attributes: {
          "llm.request.type": "chat",
          "gen_ai.prompt.0.role": "user",
          "gen_ai.prompt.0.content": JSON.stringify([
            { type: "text", text: question },
            { type: "image_url", image_url: { url: "data:image/png;base64,SECRETIMAGE" } },
          ]),
          "gen_ai.completion.0.content": answer,
        },
      },
    ],
    [
      "more than ten numbered messages",
      {
        attributes: {
          ...numbered("gen_ai.prompt", [...talk, ...talk, ...talk]),
          "gen_ai.completion.0.content": answer,
        },
      },
    ],
    [
      "OpenInference",
      {
        attributes: {
          "openinference.span.kind": "LLM",
          "llm.model_name": "m",
          ...numbered("llm.input_messages", talk, "message."),
          "llm.output_messages.0.message.role": "assistant",
          "llm.output_messages.0.message.content": answer,
        },
      },
    ],
    [
      "OpenInference with contents",
      {
        attributes: {
          "openinference.span.kind": "LLM",
          "llm.input_messages.0.message.role": "user",
          "llm.input_messages.0.message.contents.0.message_content.type": "text",
          "llm.input_messages.0.message.contents.0.message_content.text": question,
          "llm.input_messages.0.message.contents.1.message_content.type": "image",
          "llm.input_messages.0.message.contents.1.message_content.image.image.url": "SECRET-IMAGE",
          "llm.output_messages.0.message.role": "assistant",
          "llm.output_messages.0.message.contents.0.message_content.type": "text",
          "llm.output_messages.0.message.contents.0.message_content.text": answer,
        },
      },
    ],
    [
      "OpenInference values",
      {
        attributes: {
          "openinference.span.kind": "LLM",
          "input.mime_type": "application/json",
          "input.value": JSON.stringify({ model: "m", messages: talk }),
          "output.mime_type": "application/json",
          "output.value": JSON.stringify({
            choices: [{ message: { role: "assistant", content: answer }, finish_reason: "stop" }],
          }),
        },
      },
    ],
    [
      "an agent's values",
      { attributes: { "openinference.span.kind": "AGENT", "input.value": question, "output.value": answer } },
    ],
    [
      "events of the span, one a message",
      {
        attributes: { "gen_ai.system": "openai" },
        events: [
          ...talk.map(({ role, content }) => ({ name: `gen_ai.${role}.message`, attributes: { content } })),
          {
            name: "gen_ai.choice",
            attributes: {
              index: 0,
              finish_reason: "stop",
              message: JSON.stringify({ role: "assistant", content: answer }),
            },
          },
        ],
      },
    ],
    [
      "events with their content as JSON",
      {
        attributes: { "gen_ai.system": "az.ai.inference" },
        events: [
          {
            name: "gen_ai.user.message",
            attributes: { "gen_ai.event.content": JSON.stringify({ role: "user", content: question }) },
          },
          {
            name: "gen_ai.choice",
            attributes: {
              "gen_ai.event.content": JSON.stringify({ message: { content: answer }, finish_reason: "stop", index: 0 }),
            },
          },
        ],
      },
    ],
    [
      "one event for the prompt and one for the completion",
      {
        attributes: { "gen_ai.system": "openai" },
        events: [
          { name: "gen_ai.content.prompt", attributes: { "gen_ai.prompt": JSON.stringify(talk) } },
          {
            name: "gen_ai.content.completion",
            attributes: { "gen_ai.completion": JSON.stringify([{ role: "assistant", content: answer }]) },
          },
        ],
      },
    ],
    ["bare words", { attributes: { "gen_ai.prompt": question, "gen_ai.completion": answer } }],
    [
      "Vercel's SDK",
      {
        attributes: {
          "operation.name": "ai.generateText.doGenerate",
          "ai.model.id": "m",
          "ai.prompt.messages": JSON.stringify(
            talk.map(({ role, content }) => ({
              role,
              content: role === "system" ? content : [{ type: "text", text: content }],
            })),
          ),
          "ai.response.text": answer,
          "ai.response.finishReason": "stop",
          "ai.usage.completionTokens": 12,
        },
      },
    ],
    [
      "Vercel's SDK, around its calls",
      {
        attributes: {
          "ai.operationId": "ai.generateText",
          "ai.prompt": JSON.stringify({ system, prompt: question }),
          "ai.response.text": answer,
        },
      },
    ],
    [
      "Logfire",
      {
        attributes: {
          "gen_ai.system": "openai",
          events: JSON.stringify([
            ...talk.map(({ role, content }) => ({ "event.name": `gen_ai.${role}.message`, role, content })),
            { "event.name": "gen_ai.choice", index: 0, message: { role: "assistant", content: answer } },
          ]),
        },
      },
    ],
    [
      "Logfire's request and response",
      {
        attributes: {
          "gen_ai.request.model": "m",
          request_data: JSON.stringify({ messages: talk, model: "m" }),
          response_data: JSON.stringify({ message: { role: "assistant", content: answer }, usage: {} }),
        },
      },
    ],
    [
      "Pydantic AI",
      {
        attributes: {
          "gen_ai.agent.name": "a",
          "pydantic_ai.all_messages": JSON.stringify([...parts, ...output]),
        },
      },
    ],
    [
      "Langfuse",
      {
        attributes: {
          "langfuse.observation.type": "generation",
          "langfuse.observation.input": JSON.stringify(talk),
          "langfuse.observation.output": JSON.stringify({ role: "assistant", content: answer }),
        },
      },
    ],
    [
      "several choices",
      {
        attributes: {
          "gen_ai.input.messages": parts,
          "gen_ai.output.messages": [
            ...output,
            { role: "assistant", parts: [{ type: "text", content: "SECRET-CHOICE" }] },
          ],
        },
      },
    ],
    [
      "a tool between them",
      {
        attributes: {
          "gen_ai.input.messages": JSON.stringify(toolTalk),
          "gen_ai.output.messages": JSON.stringify(output),
        },
      },
    ],
    [
      "a tool's result in a user's message",
      {
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.input.messages": [
            ...parts,
            { role: "assistant", parts: [{ type: "tool_call", id: "c", name: "look", arguments: {} }] },
            { role: "user", parts: [{ type: "tool_call_response", id: "c", response: "33" }] },
          ],
          "gen_ai.output.messages": output,
        },
      },
    ],
  ])("%s", (_, made) => {
    const { lessons, reasons } = read(made);
    expect(
      lessons.map((one) => [one.prompt, one.response]),
      reasons.join(),
    ).toEqual([[question, answer]]);
    expect(JSON.stringify(lessons)).not.toMatch(/SECRET|warehouse/);
  });
});

const said = (own: Readonly<Record<string, Plain>>): Made => ({
  attributes: {
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": question,
    "gen_ai.completion.0.content": answer,
    ...own,
  },
});

describe("what cannot teach is counted with its reason", () => {
  test.each<[string, Made, string]>([
    ["a cut answer", said({ "gen_ai.response.finish_reasons": ["length"] }), "cut_off"],
    ["a cut answer of another provider", said({ "gen_ai.completion.0.finish_reason": "MAX_TOKENS" }), "cut_off"],
    ["a refusal", said({ "gen_ai.response.finish_reasons": '["content_filter"]' }), "refused_by_model"],
    ["words beside the call of a tool", said({ "gen_ai.response.finish_reasons": ["tool_calls"] }), "turn_open"],
    [
      "a call of a tool alone",
      said({ "gen_ai.completion.0.content": "", "gen_ai.completion.0.tool_calls.0.name": "look" }),
      "tool_call",
    ],
    ["an error", said({ "error.type": "RateLimitError" }), "provider_error"],
    ["a failed span", { ...said({}), status: { code: 2 } }, "not_successful"],
    ["a failed span by name", { ...said({}), status: { code: "STATUS_CODE_ERROR" } }, "not_successful"],
    [
      "a thrown exception",
      { ...said({}), events: [{ name: "exception", attributes: { "exception.type": "Timeout" } }] },
      "provider_error",
    ],
    ["no answer", { attributes: { "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": question } }, "no_answer"],
    [
      "no question",
      { attributes: { "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": answer } },
      "no_question",
    ],
    [
      "a system's words alone",
      {
        attributes: {
          "gen_ai.prompt.0.role": "system",
          "gen_ai.prompt.0.content": system,
          "gen_ai.completion.0.content": answer,
        },
      },
      "no_question",
    ],
    ["no words", { attributes: { "gen_ai.request.model": "m" } }, "no_text"],
    ["an embedding", said({ "gen_ai.operation.name": "embeddings" }), "not_genai"],
    [
      "a tool",
      { attributes: { "openinference.span.kind": "TOOL", "input.value": question, "output.value": answer } },
      "not_genai",
    ],
    [
      "a step of a chain",
      { attributes: { "openinference.span.kind": "CHAIN", "input.value": question, "output.value": answer } },
      "not_genai",
    ],
    [
      "a step of a workflow",
      {
        attributes: {
          "traceloop.span.kind": "workflow",
          "traceloop.entity.input": question,
          "traceloop.entity.output": answer,
        },
      },
      "not_genai",
    ],
    ["an answer faster than any", { ...said({ "gen_ai.usage.output_tokens": 900 }), ms: 5 }, "impossible_latency"],
    [
      "a failed tool before the answer",
      {
        attributes: {
          "gen_ai.input.messages": [
            ...parts,
            { role: "tool", parts: [{ type: "tool_call_response", response: { exit_code: 2 } }] },
          ],
          "gen_ai.output.messages": output,
        },
      },
      "command_failed",
    ],
  ])("%s", (_, made, reason) => {
    const { lessons, reasons } = read(made);
    expect([lessons.length, reasons]).toEqual([0, [reason]]);
  });
});

test("an answer that the last message rejects is a negative", () => {
  const rejecting = [
    ...talk,
    { role: "assistant", content: answer },
    { role: "user", content: "No, that is wrong: it has two decks." },
  ];
  const { lessons, negatives, reasons } = read({
    attributes: {
      "gen_ai.input.messages": JSON.stringify(rejecting),
      "gen_ai.output.messages": JSON.stringify(output),
    },
  });
  expect([lessons.length, negatives, reasons]).toEqual([0, 1, ["rejected_by_user", "answers_rejection"]]);
});

const traced = (eventName: string, body: Plain, spanId = "2".repeat(16)) => ({
  timeUnixNano: "1772380800000000000",
  traceId: "0".repeat(32),
  spanId,
  eventName,
  body: value(body),
  attributes: attributes({ "gen_ai.system": "openai" }),
});
const choice = (content: string) => ({ index: 0, finish_reason: "stop", message: { role: "assistant", content } });

describe("log records", () => {
  test("one a message: those of one span are one exchange, over many lines, with others between them", () => {
    const other = "3".repeat(16);
    const { lessons } = readFile([
      logsLine(
        traced("gen_ai.system.message", { content: system }),
        traced("gen_ai.user.message", { content: before }),
      ),
      logsLine(traced("gen_ai.assistant.message", { content: "About forty of them." })),
      logsLine(traced("gen_ai.user.message", { content: "Which colour do the lorries have there?" }, other)),
      logsLine(traced("gen_ai.user.message", { content: question })),
      logsLine(
        traced("gen_ai.choice", choice("They are all of them white."), other),
        traced("gen_ai.choice", choice(answer)),
      ),
    ]);
    expect(lessons.map(({ prompt, response }) => [prompt, response])).toEqual([
      ["Which colour do the lorries have there?", "They are all of them white."],
      [question, answer],
    ]);
  });

  test("the details of a call with all its messages are one exchange", () => {
    const fields = { "gen_ai.input.messages": parts, "gen_ai.output.messages": output };
    const record = { timeUnixNano: "1772380800000000000", eventName: "gen_ai.client.inference.operation.details" };
    for (const one of [
      { ...record, attributes: attributes(fields) },
      { ...record, body: value(fields) },
    ]) {
      expect(readFile([logsLine(one)]).lessons.map(({ prompt }) => prompt)).toEqual([question]);
    }
  });

  test("agents that log no answers are counted as such", () => {
    const record = (name: string, body: string, more: Readonly<Record<string, Plain>> = {}) =>
      logsLine({ body: { stringValue: body }, attributes: attributes({ "event.name": name, ...more }) });
    const { reasons } = readFile([
      record("user_prompt", "claude_code.user_prompt", { prompt: question }),
      record("codex.user_prompt", "", { prompt: question }),
      record("api_request", "claude_code.api_request"),
    ]);
    expect(reasons).toEqual(["answer_not_logged", "answer_not_logged", "bookkeeping"]);
  });

  test("a response that leaves its session out is found by its prompt", () => {
    const record = (name: string, more: Readonly<Record<string, Plain>>) =>
      logsLine({ timeUnixNano: "1772380800000000000", attributes: attributes({ "event.name": name, ...more }) });
    const { lessons } = readFile([
      record("qwen-code.user_prompt", { prompt: before, prompt_id: "p1", "session.id": "a" }),
      record("qwen-code.user_prompt", { prompt: question, prompt_id: "p2", "session.id": "b" }),
      record("qwen-code.api_response", { response_text: answer, prompt_id: "p2" }),
    ]);
    expect(lessons.map(({ prompt }) => prompt)).toEqual([question]);
  });
});

test("a line of metrics is no bad line", () => {
  expect(readFile([{ resourceMetrics: [] }]).reasons).toEqual(["no_spans"]);
});

test("whatever stands in a span, it is counted once and nothing fails", () => {
  const name = fc.constantFrom(
    "gen_ai.prompt",
    "gen_ai.prompt.0.content",
    "gen_ai.input.messages",
    "__proto__",
    "input.value",
    "events",
  );
  const fields = fc.dictionary(
    fc.oneof(name, fc.string({ unit: "binary" })),
    fc.oneof(fc.string({ unit: "binary" }), fc.json()),
  );
  fc.assert(
    fc.property(fields, (own) => {
      const { lessons, reasons } = read({ attributes: { ...own, "gen_ai.system": "x" } });
      expect(lessons.length + reasons.length).toBe(1);
    }),
  );
});
