import type { ByteRange } from "../../lesson.ts";
import { answer, ask, interrupt, mark, step, type Talk, takeBack, turnOf, withModel } from "../conversation.ts";
import { type Dialect, isoTime, type Reading, reject, rejectBad } from "../dialect.ts";
import { isFailedOutput } from "../failed-output.ts";
import { isRecord } from "../field.ts";
import { type CodexEntry, codexShape, type Turns } from "../shapes.ts";

const kinds: ReadonlySet<string> = new Set([
  "session_meta",
  "turn_context",
  "response_item",
  "event_msg",
  "compacted",
  "world_state",
  "token_usage_record",
]);
const calls: ReadonlySet<string> = new Set([
  "function_call",
  "custom_tool_call",
  "local_shell_call",
  "web_search_call",
  "tool_search_call",
  "image_generation_call",
]);
const outputs: ReadonlySet<string> = new Set([
  "function_call_output",
  "custom_tool_call_output",
  "local_shell_call_output",
  "mcp_tool_call_output",
]);
const ends: ReadonlySet<string> = new Set(["exec_command_end", "patch_apply_end", "mcp_tool_call_end"]);

// A rollout holds one session; its lines do not repeat the session's name.
const talk: Talk = { dialect: "Codex", session: "" };

// A session of an agent that another agent started, told by its first line; held open like a turn, so that it is known
// of all lines that follow.
const subagent: Talk = { dialect: "Codex", session: "subagent" };

function isSubagent(payload: CodexEntry["payload"]): boolean {
  const { source, thread_source } = payload;
  if (isRecord(source)) return "subagent" in source || "sub_agent" in source;
  return [source, thread_source].some((word) => typeof word === "string" && /^sub_?agent/i.test(word));
}

// A rollout that was forked repeats the first line of the one before it right after its own.
function begin(payload: CodexEntry["payload"], turns: Turns, place: ByteRange): Turns {
  if (isSubagent(payload)) return mark(turns, subagent, place);
  const marked = turnOf(turns, subagent);
  return marked !== null && marked.steps > 0 ? turns.filter((turn) => turn !== marked) : turns;
}

const abortedMark = /^\s*<turn_aborted>/;

// The end of a command is told twice, as the model is told it and as an event: only one of them is a step.
function noteFailure(turns: Turns): Turns {
  const turn = turnOf(turns, talk);
  return turn === null ? turns : [...turns.filter((one) => one !== turn), { ...turn, failing: true }];
}

function readItem(entry: CodexEntry, turns: Turns, place: ByteRange): Reading {
  const { type = "", role, content, output, status, phase } = entry.payload;
  if (outputs.has(type)) return step(turns, talk, { failed: isFailedOutput(output), reason: "tool_result" });
  if (calls.has(type)) {
    const failed = isFailedOutput({ status });
    return reject("tool_call", failed ? noteFailure(turns) : turns);
  }
  if (type === "reasoning") return reject("thinking", turns);
  if (type !== "message") return reject("bookkeeping", turns);
  const text = (content ?? []).flatMap((block) => (block.text === undefined ? [] : [block.text])).join("\n\n");
  const at = isoTime(entry.timestamp);
  if (role === "user" && abortedMark.test(text)) return interrupt(turns, talk);
  if (role === "user") return ask(turns, { ...talk, text, at }, place);
  if (role !== "assistant") return reject("bookkeeping", turns);
  if (phase === "commentary") return reject("turn_open", turns);
  const isPartial = status === "incomplete" || status === "in_progress";
  return answer(turns, { ...talk, text, at, stop: isPartial ? "incomplete" : "" }, place);
}

function errorOf(error: unknown): string {
  if (error === undefined || error === null) return "";
  if (typeof error === "string") return error;
  const { message } = Object(error);
  return typeof message === "string" && message !== "" ? message : "error";
}

function readEvent(entry: CodexEntry, turns: Turns, place: ByteRange): Reading {
  const { type = "", message = "", last_agent_message, error, codex_error_info, success, phase } = entry.payload;
  const at = isoTime(entry.timestamp);
  if (type === "user_message") return ask(turns, { ...talk, text: message, at }, place);
  if (type === "turn_aborted") return interrupt(turns, talk);
  if (type === "thread_rolled_back") return takeBack(turns, talk);
  if (type === "undo_completed") {
    return success === false ? reject("bookkeeping", turns) : takeBack(turns, talk, true);
  }
  if (ends.has(type)) return reject("tool_result", isFailedOutput(entry.payload) ? noteFailure(turns) : turns);
  if (type === "agent_message" && phase === "commentary") return reject("turn_open", turns);
  if (type === "agent_message") return answer(turns, { ...talk, text: message, at }, place);
  if (type === "error" || type === "stream_error") {
    // A broken stream is tried again: only what ends the turn decides.
    if (type === "stream_error") return reject("bookkeeping", turns);
    const failed = answer(
      turns,
      { ...talk, text: "", at, error: errorOf(codex_error_info) || message || "error" },
      place,
    );
    return { outcomes: reject("provider_error", turns).outcomes, turns: failed.turns };
  }
  if (type !== "task_complete" && type !== "turn_complete") return reject("bookkeeping", turns);
  const failure = errorOf(error);
  const known = turnOf(turns, talk);
  if (known === null) return reject("no_question", turns);
  return answer(
    turns,
    {
      ...talk,
      text: last_agent_message ?? known.response,
      at,
      stop: "stop",
      // Without a last message the turn ended with the error that was told before.
      error: failure || (last_agent_message === null ? known.error : ""),
      whole: true,
    },
    place,
  );
}

/** Codex CLI rollouts: a question and the agent's last message of that turn. */
export const codex: Dialect = {
  name: "Codex",
  recognises: (record) => "payload" in record && typeof record.type === "string" && kinds.has(record.type),
  read(record, turns, place) {
    const parsed = codexShape.safeParse(record);
    if (!parsed.success) return rejectBad("malformed_rollout", turns);
    const marked = turnOf(turns, subagent);
    if (marked !== null && (parsed.data.type === "response_item" || parsed.data.type === "event_msg")) {
      if (marked.steps > 0) return reject("sidechain", turns);
      return reject("sidechain", [...turns.filter((turn) => turn !== marked), { ...marked, steps: 1 }]);
    }
    if (parsed.data.type === "session_meta") return reject("bookkeeping", begin(parsed.data.payload, turns, place));
    if (parsed.data.type === "response_item") return readItem(parsed.data, turns, place);
    if (parsed.data.type === "event_msg") return readEvent(parsed.data, turns, place);
    const { model } = parsed.data.payload;
    return reject("bookkeeping", withModel(turns, talk, model ?? ""));
  },
};
