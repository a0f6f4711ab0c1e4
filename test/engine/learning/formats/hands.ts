// How each agent writes what happened, so that one story can be told in the hand of all of them.

type Line = Readonly<Record<string, unknown>>;

/** An agent's way of writing; a line that an agent has no way to write is null. */
export interface Hand {
  readonly name: string;
  session(id: string): readonly Line[];
  ask(text: string): readonly Line[];
  say(text: string): readonly Line[];
  /** A call of a tool, and what it gave back. */
  tool(failed: boolean): readonly Line[];
  /** An answer that a limit of tokens cut. */
  cut: ((text: string) => readonly Line[]) | null;
  abort: (() => readonly Line[]) | null;
  error: (() => readonly Line[]) | null;
}

const at = "2026-03-01T10:00:00.000Z";
const copilotLine = (type: string, data: Line): Line => ({ type, data, id: "e", timestamp: at, parentId: null });

const copilot: Hand = {
  name: "Copilot CLI",
  session: (sessionId) => [
    copilotLine("session.start", { sessionId, version: 1, producer: "copilot-agent" }),
    copilotLine("session.info", { infoType: "folder_trust", message: "Folder is trusted." }),
  ],
  ask: (content) => [
    copilotLine("user.message", { content, transformedContent: `<current_datetime>x</current_datetime>${content}` }),
    copilotLine("assistant.turn_start", { turnId: "0" }),
  ],
  say: (content) => [
    copilotLine("assistant.message", { content, toolRequests: [], outputTokens: 12, model: "m" }),
    copilotLine("assistant.turn_end", { turnId: "0" }),
  ],
  tool: (failed) => [
    copilotLine("assistant.message", {
      content: "I will look at it first.",
      toolRequests: [{ toolCallId: "c", name: "bash", arguments: { command: "ls" } }],
    }),
    copilotLine("tool.execution_start", { toolCallId: "c", toolName: "bash" }),
    copilotLine("tool.execution_complete", {
      toolCallId: "c",
      success: true,
      result: { content: failed ? "ls: no\n<exited with exit code 2>" : "a\n<exited with exit code 0>" },
    }),
  ],
  cut: null,
  abort: () => [copilotLine("abort", { reason: "user initiated" })],
  error: () => [copilotLine("session.error", { errorType: "quota", message: "You have no quota left." })],
};

let made = 0;
const geminiLine = (type: string, more: Line): Line => ({ id: `m${made++}`, timestamp: at, type, ...more });

const gemini: Hand = {
  name: "Gemini CLI",
  session: (sessionId) => [{ sessionId, projectHash: "aa", startTime: at, lastUpdated: at, kind: "main" }],
  ask: (text) => [
    geminiLine("user", {
      content: [{ text: `${text}\n--- Content from referenced files ---` }],
      displayContent: [{ text }],
    }),
    { $set: { lastUpdated: at } },
  ],
  say: (content) => [
    geminiLine("gemini", { content, thoughts: [{ subject: "SECRET-THOUGHT" }], tokens: null, model: "m" }),
    geminiLine("gemini", { content, thoughts: [], tokens: { input: 1, output: 12, total: 13 }, model: "m" }),
  ],
  tool: (failed) => [
    geminiLine("gemini", { content: "I will look at it first.", model: "m" }),
    geminiLine("gemini", {
      content: "I will look at it first.",
      model: "m",
      toolCalls: [
        {
          id: "c",
          name: "run_shell_command",
          args: {},
          status: "success",
          result: [{ functionResponse: { id: "c", response: { output: failed ? "Exit Code: 2" : "Exit Code: 0" } } }],
        },
      ],
    }),
  ],
  cut: null,
  abort: () => [geminiLine("info", { content: "Request cancelled." })],
  error: () => [geminiLine("error", { content: "[API Error: quota]" })],
};

const qwenLine = (type: string, more: Line): Line => ({
  uuid: "u",
  parentUuid: null,
  sessionId: "q",
  timestamp: at,
  type,
  cwd: "/srv/p",
  version: "0.9.0",
  ...more,
});

const qwen: Hand = {
  name: "Qwen Code",
  session: () => [qwenLine("system", { subtype: "session_model", systemPayload: { modelId: "m", authType: "x" } })],
  ask: (text) => [qwenLine("user", { message: { role: "user", parts: [{ text }] }, provenance: "real_user" })],
  say: (text) => [
    qwenLine("assistant", {
      model: "m",
      message: { role: "model", parts: [{ text: "SECRET-THOUGHT", thought: true }, { text }] },
      usageMetadata: { candidatesTokenCount: 12 },
    }),
    qwenLine("system", {
      subtype: "ui_telemetry",
      systemPayload: { uiEvent: { "event.name": "qwen-code.api_response" } },
    }),
  ],
  tool: (failed) => [
    qwenLine("assistant", {
      model: "m",
      message: {
        role: "model",
        parts: [{ text: "I will look." }, { functionCall: { id: "c", name: "ls", args: {} } }],
      },
    }),
    qwenLine("tool_result", {
      message: { role: "user", parts: [{ functionResponse: { id: "c", name: "ls", response: { output: "a" } } }] },
      toolCallResult: { callId: "c", status: failed ? "error" : "success", resultDisplay: "a" },
    }),
  ],
  cut: (text) => [qwenLine("assistant", { finishReason: "MAX_TOKENS", message: { role: "model", parts: [{ text }] } })],
  abort: () => [
    qwenLine("system", {
      subtype: "ui_telemetry",
      systemPayload: { uiEvent: { "event.name": "qwen-code.api_cancel" } },
    }),
  ],
  error: () => [
    qwenLine("system", {
      subtype: "ui_telemetry",
      systemPayload: { uiEvent: { "event.name": "qwen-code.api_error", error_message: "429" } },
    }),
  ],
};

const piLine = (message: Line): Line => ({ type: "message", id: "a", parentId: null, timestamp: at, message });

const pi: Hand = {
  name: "Pi",
  session: (id) => [
    { type: "session", version: 3, id, timestamp: at, cwd: "/srv/p" },
    { type: "model_change", id: "b", parentId: null, timestamp: at, provider: "p", modelId: "m" },
    { type: "custom", id: "c", parentId: "b", timestamp: at, customType: "model-snapshot", data: {} },
  ],
  ask: (text) => [piLine({ role: "user", content: [{ type: "text", text }] })],
  say: (text) => [
    piLine({
      role: "assistant",
      content: [
        { type: "thinking", thinking: "SECRET-THOUGHT" },
        { type: "text", text },
      ],
      model: "m",
      usage: { input: 1, output: 12 },
      stopReason: "stop",
    }),
  ],
  tool: (isError) => [
    piLine({
      role: "assistant",
      content: [
        { type: "text", text: "I will look." },
        { type: "toolCall", id: "c", name: "bash", arguments: {} },
      ],
      stopReason: "toolUse",
    }),
    piLine({ role: "toolResult", toolCallId: "c", toolName: "bash", content: [{ type: "text", text: "a" }], isError }),
  ],
  cut: (text) => [piLine({ role: "assistant", content: [{ type: "text", text }], stopReason: "length" })],
  abort: () => [
    piLine({ role: "assistant", content: [], stopReason: "aborted", errorMessage: "Request was aborted." }),
  ],
  error: () => [piLine({ role: "assistant", content: [], stopReason: "error", errorMessage: "429 quota" })],
};

const droid: Hand = {
  ...pi,
  name: "Droid",
  session: (id) => [{ type: "session_start", id, title: "t", owner: "o", version: 2, cwd: "/srv/p" }],
  ask: (text) => [
    piLine({
      role: "user",
      content: [
        { type: "text", text: "<system-reminder>\nSECRET-REMINDER\n</system-reminder>" },
        { type: "text", text },
      ],
    }),
  ],
  tool: (is_error) => [
    piLine({ role: "assistant", content: [{ type: "tool_use", id: "c", name: "Execute", input: {} }] }),
    piLine({ role: "user", content: [{ type: "tool_result", tool_use_id: "c", is_error, content: "a" }] }),
    { type: "todo_state", id: "t", timestamp: at, todos: [] },
  ],
};

const flat: Hand = {
  name: "Codex flat",
  session: (id) => [{ id, timestamp: at, instructions: null, git: {} }, { record_type: "state" }],
  ask: (text) => [
    { type: "message", role: "user", content: [{ type: "input_text", text }] },
    { type: "reasoning", id: "r", summary: [{ type: "summary_text", text: "SECRET-THOUGHT" }], encrypted_content: "x" },
  ],
  say: (text) => [{ type: "message", role: "assistant", content: [{ type: "output_text", text }] }],
  tool: (failed) => [
    { type: "function_call", name: "shell", arguments: "{}", call_id: "c" },
    {
      type: "function_call_output",
      call_id: "c",
      output: JSON.stringify({ output: "a", metadata: { exit_code: failed ? 2 : 0, duration_seconds: 0.1 } }),
    },
  ],
  cut: (text) => [
    { type: "message", role: "assistant", status: "incomplete", content: [{ type: "output_text", text }] },
  ],
  abort: null,
  error: null,
};

const streamLine = (type: string, more: Line): Line => ({ type, session_id: "s", parent_tool_use_id: null, ...more });
const streamed = (content: readonly Line[]) =>
  streamLine("assistant", { message: { role: "assistant", model: "m", content, stop_reason: null } });

const replayed: Hand = {
  name: "Claude stream",
  session: () => [streamLine("system", { subtype: "init", tools: [] })],
  ask: (text) => [streamLine("user", { isReplay: true, message: { role: "user", content: [{ type: "text", text }] } })],
  say: (text) => [
    streamed([{ type: "thinking", thinking: "SECRET-THOUGHT" }]),
    streamed([{ type: "text", text }]),
    streamLine("result", { subtype: "success", is_error: false, result: text, usage: { output_tokens: 12 } }),
  ],
  tool: (is_error) => [
    streamed([{ type: "tool_use", id: "c", name: "Bash", input: {} }]),
    streamLine("user", {
      message: { role: "user", content: [{ type: "tool_result", tool_use_id: "c", is_error, content: "a" }] },
    }),
  ],
  cut: (text) => [
    streamLine("result", { subtype: "success", is_error: false, result: text, stop_reason: "max_tokens" }),
  ],
  abort: null,
  error: () => [streamLine("result", { subtype: "error_during_execution", is_error: true })],
};

let nanos = 1_772_380_800;
const logLine = (event: string, more: Readonly<Record<string, string | boolean | number>>): Line => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "gemini-cli" } }] },
      scopeLogs: [
        {
          scope: { name: "gemini-cli" },
          logRecords: [
            {
              timeUnixNano: `${nanos++}000000000`,
              body: { stringValue: "An event." },
              attributes: Object.entries({ "event.name": event, "session.id": "s", ...more }).map(([key, value]) => ({
                key,
                value:
                  typeof value === "string"
                    ? { stringValue: value }
                    : typeof value === "boolean"
                      ? { boolValue: value }
                      : { intValue: String(value) },
              })),
            },
          ],
        },
      ],
    },
  ],
});
let prompts = 0;
const promptId = () => `s########${prompts}`;

const geminiLog: Hand = {
  name: "OTLP",
  session: () => [logLine("gemini_cli.config", { model: "m" })],
  ask: (prompt) => {
    prompts += 1;
    return [logLine("gemini_cli.user_prompt", { prompt, prompt_length: prompt.length, prompt_id: promptId() })];
  },
  say: (response_text) => [
    logLine("gemini_cli.api_response", { response_text, model: "m", prompt_id: promptId(), output_token_count: 12 }),
    logLine("gemini_cli.api_response", {
      response_text: JSON.stringify({ reasoning: "It is done.", next_speaker: "user" }),
      prompt_id: promptId(),
    }),
  ],
  tool: (failed) => [
    logLine("gemini_cli.api_response", {
      prompt_id: promptId(),
      response_text: JSON.stringify([
        { candidates: [{ content: { parts: [{ text: "I will look." }, { functionCall: { name: "ls" } }] } }] },
      ]),
    }),
    logLine("gemini_cli.tool_call", { prompt_id: promptId(), function_name: "ls", success: !failed }),
  ],
  cut: (text) => [
    logLine("gemini_cli.api_response", {
      prompt_id: promptId(),
      response_text: JSON.stringify({ candidates: [{ content: { parts: [{ text }] }, finishReason: "MAX_TOKENS" }] }),
    }),
  ],
  abort: () => [logLine("qwen-code.api_cancel", { prompt_id: promptId() })],
  error: () => [logLine("gemini_cli.api_error", { prompt_id: promptId(), error: "429", status_code: 429 })],
};

/** Every agent whose turns are paired line by line. */
export const hands: readonly Hand[] = [copilot, gemini, qwen, pi, droid, flat, replayed, geminiLog];
