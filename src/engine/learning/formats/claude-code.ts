import { closeTurn, openTurn, turnOver, withAnswer, withStep } from "./conversation.ts";
import { type Dialect, isoTime, type Reading, reject, rejectBad } from "./dialect.ts";
import { isClaudeRecord, parseQuickly } from "./quick.ts";
import { type ClaudeMessage, claudeShape, type Turn } from "./shapes.ts";

const bookkeeping: ReadonlySet<string> = new Set([
  "file-history-snapshot",
  "queue-operation",
  "attachment",
  "system",
  "progress",
  "last-prompt",
  "custom-title",
  "ai-title",
  "agent-name",
  "pr-link",
  "permission-mode",
]);

function textOf(content: ClaudeMessage["message"]["content"]): string {
  if (typeof content === "string") return content;
  return content
    .flatMap((block) => (block.type === "text" && block.text !== undefined ? [block.text] : []))
    .join("\n\n");
}

function readUser(line: ClaudeMessage, turn: Turn | null): Reading {
  const { content } = line.message;
  const at = isoTime(line.timestamp);
  const results = typeof content === "string" ? [] : content.filter(({ type }) => type === "tool_result");
  if (results.length > 0) {
    const failed = results.some(({ is_error }) => is_error === true);
    return reject("tool_result", turn && withStep(turn, failed));
  }
  const text = textOf(content);
  if (text.startsWith("[Request interrupted by user")) return reject("interrupted", null);
  if (/^\s*(<(command-|local-command-|system-reminder|bash-)|Caveat: The messages below)/.test(text)) {
    return reject("local_command", turn);
  }
  if (text.trim() === "") return reject("no_text", turn);
  return turnOver(turn, openTurn({ dialect: "claude", session: line.sessionId, prompt: text, at }), at);
}

function readAssistant(line: ClaudeMessage, turn: Turn | null): Reading {
  const { content, model = "", stop_reason } = line.message;
  const text = textOf(content);
  if (turn === null) return reject(text === "" ? "tool_call" : "no_question", null);
  if (text.trim() === "") {
    const isCall = typeof content !== "string" && content.some(({ type }) => type === "tool_use");
    return reject(isCall ? "tool_call" : "thinking", turn);
  }
  const answered = withAnswer(turn, text, model);
  if (stop_reason !== "end_turn" && stop_reason !== "stop_sequence") return reject("turn_open", answered);
  return { outcomes: [closeTurn(answered, isoTime(line.timestamp))], turn: null };
}

/** Claude Code session transcripts: a person's question and the answer that ends the turn. */
export const claudeCode: Dialect = {
  name: "Claude Code",
  recognises: (record) =>
    typeof record.type === "string" &&
    ("sessionId" in record || "leafUuid" in record || "messageId" in record || bookkeeping.has(record.type)) &&
    !("payload" in record),
  read(record, turn) {
    const type = String(record.type);
    if (type === "summary") {
      return turn === null || turn.response === "" ? reject("summary", null) : turnOver(turn, null, turn.startedAt);
    }
    if (bookkeeping.has(type)) return reject("bookkeeping", turn);
    if (type !== "user" && type !== "assistant") return reject("unknown_event", turn);
    const parsed = parseQuickly(record, isClaudeRecord, claudeShape);
    if (parsed === null) return rejectBad("malformed_transcript", turn);
    if (parsed.isSidechain) return reject("sidechain", turn);
    if (parsed.isMeta) return reject("bookkeeping", turn);
    return type === "user" ? readUser(parsed, turn) : readAssistant(parsed, turn);
  },
};
