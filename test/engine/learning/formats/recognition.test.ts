import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readFile } from "../reading.ts";
import { hands } from "./hands.ts";

const fixtures = fileURLToPath(new URL("../../../../fixtures", import.meta.url));
const lines = (...names: readonly string[]) =>
  names.flatMap((name) => readFileSync(join(fixtures, name), "utf8").split("\n").filter(Boolean));
// Some of their lines are broken on purpose.
const transcripts = readdirSync(join(fixtures, "transcripts")).map((name) => join("transcripts", name));
const isMessage = (line: string) => line.startsWith("{") && line.includes("sessionId");
const bodies = (...records: readonly unknown[]) => records.map((record) => JSON.stringify(record));

/** Lines of every dialect: as the agents wrote them where they could be run here, else as their sources say. */
const samples: readonly (readonly [dialect: string, lines: readonly string[]])[] = [
  ["Claude Code", lines(...transcripts, "agents/claude-code.jsonl").filter(isMessage)],
  ["Codex", lines("agents/codex.jsonl")],
  ["Copilot CLI", lines("agents/copilot-cli.jsonl")],
  ["Gemini CLI", lines("agents/gemini-cli.jsonl")],
  ["Qwen Code", lines("agents/qwen-code.jsonl")],
  ["Pi", lines("agents/pi.jsonl")],
  ["query gap", lines("telemetry/query-gaps.jsonl")],
  ["hybrid", lines("telemetry/routing-decisions.jsonl")],
  [
    "Codex exec",
    bodies(
      { type: "thread.started", thread_id: "t" },
      { type: "turn.started" },
      { type: "item.started", item: { id: "i", type: "command_execution", command: "ls", status: "in_progress" } },
      { type: "item.completed", item: { id: "i", type: "command_execution", command: "ls", exit_code: 2 } },
      { type: "item.completed", item: { id: "i", type: "agent_message", text: "It is done as it was asked." } },
      { type: "turn.completed", usage: {} },
      { type: "turn.failed", error: { message: "quota" } },
      { type: "error", message: "stream disconnected" },
      { id: "0", msg: { type: "agent_message", message: "It is done as it was asked." } },
    ),
  ],
  [
    "Claude stream",
    bodies(
      { type: "system", subtype: "init", session_id: "s", uuid: "u" },
      { type: "stream_event", session_id: "s", event: { type: "message_start" }, parent_tool_use_id: null },
      { type: "rate_limit_event", session_id: "s", rate_limit_info: {} },
      { type: "result", subtype: "success", is_error: false, result: "It is done.", session_id: "s" },
    ),
  ],
  [
    "chat lines",
    bodies(
      { messages: [{ role: "user", content: "x" }] },
      { conversations: [{ from: "human", value: "x" }] },
      { instruction: "x", output: "y" },
      { prompt: "x", completion: "y" },
      { id: "x", object: "chat.completion", choices: [] },
    ),
  ],
  ["OTLP", bodies({ resourceSpans: [] }, { resourceLogs: [] }, { resourceMetrics: [] })],
];

const told = hands.map((hand) => {
  const story = [
    ...hand.session("s"),
    ...hand.ask("x"),
    ...hand.tool(true),
    ...hand.say("y"),
    ...(hand.cut?.("z") ?? []),
  ];
  const ends = [...(hand.abort?.() ?? []), ...(hand.error?.() ?? [])];
  return [hand.name === "Droid" ? "Pi" : hand.name, bodies(...story, ...ends)] as const;
});

describe("each line is known by its own dialect", () => {
  test.each([...samples, ...told])("%s", (dialect, written) => {
    for (const line of written)
      expect([line.slice(0, 200), readFile(`${line}\n`).dialects[0]]).toEqual([line.slice(0, 200), dialect]);
  });

  test("and by no other where all stand in one file, whatever is between them", () => {
    const turns = hands
      .slice(0, 6)
      .map((hand) => [
        ...hand.ask("How do I list the files by size here?"),
        ...hand.say("Type ls -S in the directory."),
      ]);
    const longest = Math.max(...turns.map(({ length }) => length));
    const mixed = Array.from({ length: longest }, (_, index) =>
      turns.flatMap((turn) => turn.slice(index, index + 1)),
    ).flat();
    // Pi and Droid write the same, so that in one file they are one talk.
    const read = readFile(mixed);
    expect(read.lessons.map(({ patternId }) => patternId.slice(0, 4)).toSorted()).toEqual(
      ["code", "copi", "gemi", "pi_", "qwen"].map((word) => (word === "pi_" ? "pi__" : word)).toSorted(),
    );
  });
});

const recorded = ["claude-code", "codex", "copilot-cli", "gemini-cli", "pi", "qwen-code"];

test.each(recorded)("what %s wrote of one question is one lesson, and none of its lines is bad", (name) => {
  const { lessons, reasons } = readFile(readFileSync(join(fixtures, `agents/${name}.jsonl`), "utf8"));
  expect(lessons.map(({ prompt, response }) => [prompt, response])).toEqual([
    [
      "How do I list the files of this directory by size?",
      "Type ls -S in the directory: it sorts the files by their size.",
    ],
  ]);
  expect(reasons.filter((reason) => /^(?:unknown|malformed)/.test(reason))).toEqual([]);
});

test("a run without a screen holds no question", () => {
  const { lessons, reasons } = readFile([
    { type: "system", subtype: "init", session_id: "x", tools: [] },
    {
      type: "assistant",
      session_id: "x",
      message: { role: "assistant", model: "m", content: [{ type: "text", text: "It is in file a.ts, line 10." }] },
    },
    { type: "result", subtype: "success", is_error: false, result: "It is in file a.ts, line 10.", session_id: "x" },
    { type: "result", subtype: "error_max_turns", is_error: true, session_id: "x" },
    { type: "item.completed", item: { id: "i", type: "agent_message", text: "The answer is forty-two, as computed." } },
    { type: "turn.failed", error: { message: "quota" } },
  ]);
  expect([lessons.length, reasons]).toEqual([
    0,
    ["bookkeeping", "no_question", "no_question", "not_successful", "no_question", "not_successful"],
  ]);
});

test.each([
  { method: "GET", request: "GET /index.html HTTP/1.1 of a host", response: "200 and the page that was asked for" },
  { request: { method: "GET", url: "/" }, response: { status: 200, headers: {} } },
  { level: "info", time: 1, input: "one text of a program", output: "another text of a program", pid: 3 },
  { type: "message", text: "a message of another program" },
  { type: "session", user: "x" },
  { type: "user", name: "x" },
  { data: { content: "x" }, type: "page.view" },
])("another program's line is known by none: %j", (line) => {
  expect(readFile([line])).toMatchObject({ lessons: [], reasons: ["unknown_shape"], dialects: [""] });
});
