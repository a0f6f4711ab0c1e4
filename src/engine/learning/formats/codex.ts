import { closeTurn, openTurn, turnOver, withAnswer, withStep } from "./conversation.ts";
import { type Dialect, isoTime, type Reading, reject, rejectBad } from "./dialect.ts";
import { type CodexEntry, codexShape, type Turn } from "./shapes.ts";

const kinds: ReadonlySet<string> = new Set(["session_meta", "turn_context", "response_item", "event_msg", "compacted"]);

function question(text: string, turn: Turn | null, entry: CodexEntry): Reading {
  if (/^\s*(<(environment_context|user_instructions|INSTRUCTIONS)|# AGENTS\.md)/.test(text)) {
    return reject("local_command", turn);
  }
  if (text.trim() === "") return reject("no_text", turn);
  // The same question stands twice in a rollout: as the person typed it and as the model was sent it.
  if (turn !== null && turn.prompt === text && turn.response === "") return reject("turn_opened", turn);
  const at = isoTime(entry.timestamp);
  return turnOver(turn, openTurn({ dialect: "codex", session: entry.payload.id ?? "", prompt: text, at }), at);
}

function readItem(entry: CodexEntry, turn: Turn | null): Reading {
  const { type, role, content, output } = entry.payload;
  if (type === "function_call_output" || type === "custom_tool_call_output") {
    const failed = /"exit_code":\s*[1-9]|Exit code: [1-9]/.test(typeof output === "string" ? output : "");
    return reject("tool_result", turn && withStep(turn, failed));
  }
  if (type === "function_call" || type === "custom_tool_call" || type === "local_shell_call") {
    return reject("tool_call", turn);
  }
  if (type === "reasoning") return reject("thinking", turn);
  if (type !== "message") return reject("bookkeeping", turn);
  const text = (content ?? []).flatMap((block) => (block.text === undefined ? [] : [block.text])).join("\n\n");
  if (role === "user") return question(text, turn, entry);
  if (role !== "assistant") return reject("bookkeeping", turn);
  if (turn === null) return reject("no_question", null);
  return reject("turn_open", turn.response.endsWith(text) ? turn : withAnswer(turn, text, ""));
}

function readEvent(entry: CodexEntry, turn: Turn | null): Reading {
  const { type, message = "", last_agent_message } = entry.payload;
  if (type === "user_message") return question(message, turn, entry);
  if (type === "turn_aborted") return reject("interrupted", null);
  if (type === "agent_message") {
    if (turn === null) return reject("no_question", null);
    return reject("turn_open", turn.response.endsWith(message) ? turn : withAnswer(turn, message, ""));
  }
  if (type !== "task_complete") return reject("bookkeeping", turn);
  if (turn === null) return reject("no_question", null);
  const last = last_agent_message ?? turn.response;
  return { outcomes: [closeTurn({ ...turn, response: last }, isoTime(entry.timestamp))], turn: null };
}

/** Codex CLI rollouts: a question and the agent's last message of that turn. */
export const codex: Dialect = {
  name: "Codex",
  recognises: (record) => "payload" in record && typeof record.type === "string" && kinds.has(record.type),
  read(record, turn) {
    const parsed = codexShape.safeParse(record);
    if (!parsed.success) return rejectBad("malformed_rollout", turn);
    if (parsed.data.type === "response_item") return readItem(parsed.data, turn);
    if (parsed.data.type === "event_msg") return readEvent(parsed.data, turn);
    const { model } = parsed.data.payload;
    return reject("bookkeeping", turn && model !== undefined ? { ...turn, model } : turn);
  },
};
