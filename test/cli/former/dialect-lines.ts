const at = "2026-01-02T03:04:05.000Z";
const long = "Please explain how to install the package on this machine";
const said = "Type npm install --global NAME and then look with npm ls";
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const span = {
  traceId: "aa11",
  spanId: "bb22",
  startTimeUnixNano: "1767323045000000000",
  endTimeUnixNano: "1767323046000000000",
  attributes: [
    attribute("gen_ai.request.model", "model"),
    attribute("gen_ai.prompt.0.content", long),
    attribute("gen_ai.completion.0.content", said),
    attribute("session.id", "session"),
  ],
  events: [{ name: "gen_ai.event", attributes: [attribute("gen_ai.system", "name")] }],
  status: { code: 1 },
};
const codex = (type: string, payload: object) => ({ timestamp: at, type, payload });
const item = (role: string, text: string) =>
  codex("response_item", { type: "message", role, content: [{ type: "text", text }] });
const claude = (type: "user" | "assistant", content: unknown, more: object = {}) => ({
  type,
  uuid: "11111111-1111-4111-8111-111111111111",
  sessionId: "session",
  timestamp: at,
  cwd: "/srv/work",
  message: { role: type, model: "claude-model", stop_reason: "end_turn", content },
  ...more,
});

/** A line or more of every dialect, by the name of a file that has lines of its kind. */
export const dialectLines: Readonly<Record<string, readonly object[]>> = {
  "errors-events.jsonl": [
    {
      event: "error_resolution",
      error_id: "e1",
      error_description: long,
      solution: said,
      resolution_time: 3,
      timestamp: at,
    },
    { event: "error_resolution", error_id: "e1", error_description: long },
  ],
  "inference-events.jsonl": [
    {
      event: "local_inference",
      query: long,
      response: said,
      latency_ms: 1200,
      model: "m",
      role: "coder",
      session_id: "s",
      finish_reason: "stop",
      timestamp: at,
    },
    { event: "agent_step", query: long, response: said, latency_ms: 1200, model: "m", session_id: "s", timestamp: at },
    {
      event: "local_inference",
      query: long,
      response: said,
      success: false,
      latency_ms: 3,
      session_id: "s",
      timestamp: at,
    },
  ],
  "hybrid-more-events.jsonl": [
    {
      event: "interaction_tracked",
      interaction_id: "i1",
      query: long,
      response: said,
      outcome: "success",
      model_used: "m",
      user_feedback: 1,
      latency_ms: 900,
      timestamp: at,
    },
    {
      event: "interaction_tracked",
      interaction_id: "i1",
      query: long,
      response: said,
      outcome: "success",
      model_used: "m",
      user_feedback: -1,
      latency_ms: 900,
      timestamp: at,
    },
  ],
  "vscode-events.jsonl": [
    {
      event: "completion",
      extension: "ext",
      model_used: "m",
      success: true,
      latency_ms: 800,
      metadata: { prompt: long, response: said, path: "x" },
      timestamp: at,
    },
    { event: "error", extension: "ext", metadata: { error: "message" }, timestamp: at },
  ],
  "ralph-more-events.jsonl": [
    {
      event: "task_completed",
      task_id: "t",
      status: "completed",
      total_iterations: 1,
      task: { task_id: "t", prompt: long, output: said, iteration: 1, backend: "b" },
      timestamp: at,
    },
    { event: "task_failed", task_id: "t", error: "message", timestamp: at },
    { event: "task_completed", task_id: "t", status: "completed", task: { prompt: 5 } },
  ],
  "otlp.jsonl": [
    {
      resourceSpans: [
        { resource: { attributes: [attribute("service.name", "name")] }, scopeSpans: [{ spans: [span] }] },
      ],
    },
    { resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, status: { code: 2, message: "failed" } }] }] }] },
    {
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                { timeUnixNano: "1767323045000000000", attributes: span.attributes, body: { stringValue: "words" } },
              ],
            },
          ],
        },
      ],
    },
  ],
  "codex-rollout.jsonl": [
    codex("session_meta", { id: "session", cwd: "/srv/work", originator: "codex" }),
    codex("turn_context", { model: "model", cwd: "/srv/work" }),
    item("user", long),
    codex("response_item", { type: "function_call_output", output: "exit code 0" }),
    codex("event_msg", { type: "exec_command_end", exit_code: 1, stderr: "message" }),
    item("assistant", said),
    codex("event_msg", { type: "task_complete", last_agent_message: said }),
    codex("event_msg", { type: "user_message", message: "No, that is wrong, undo it please" }),
    codex("event_msg", {
      type: "error",
      message: "message of the provider",
      codex_error_info: { message: "overloaded" },
    }),
  ],
  "claude-session.jsonl": [
    claude("user", long),
    claude("assistant", [{ type: "text", text: said }]),
    claude("user", [{ type: "tool_result", is_error: true, content: "message" }], {
      toolUseResult: { stderr: "message" },
    }),
    claude("assistant", [{ type: "tool_use", name: "Bash", input: { command: "ls" } }]),
    claude("assistant", [{ type: "text", text: said }]),
    claude("user", "No, that is wrong. Please do it in another way"),
    claude("assistant", [{ type: "text", text: said }], { isApiErrorMessage: true, error: "message" }),
    { type: "summary", summary: "What was done", leafUuid: "x" },
  ],
};
