import type { ByteRange } from "../../lesson.ts";
import { answer, ask, interrupt, step, type Talk } from "../conversation.ts";
import { type Dialect, isoTime, type JsonRecord, type Reading, reject, rejectBad } from "../dialect.ts";
import { isFailedOutput } from "../failed-output.ts";
import { recordOf, tokensOf } from "../field.ts";
import { isClaudeRecord, parseQuickly } from "../quick.ts";
import { type ClaudeMessage, claudeShape, type Turns } from "../shapes.ts";

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
  "agent-color",
  "agent-setting",
  "pr-link",
  "permission-mode",
  "mode",
  "tag",
  "worktree-state",
  "task-summary",
  "content-replacement",
  "speculation-accept",
  "marble-origami-commit",
  "marble-origami-snapshot",
]);

function textOf(content: ClaudeMessage["message"]["content"]): string {
  if (typeof content === "string") return content;
  return content
    .flatMap((block) => (block.type === "text" && block.text !== undefined ? [block.text] : []))
    .join("\n\n");
}

// Without its session a line belongs to the one conversation of its file.
function talkOf(line: ClaudeMessage): Talk {
  return { dialect: "Claude Code", session: line.sessionId };
}

function readUser(record: JsonRecord, line: ClaudeMessage, turns: Turns, place: ByteRange): Reading {
  const { content } = line.message;
  const talk = talkOf(line);
  const results = typeof content === "string" ? [] : content.filter(({ type }) => type === "tool_result");
  if (results.length > 0) {
    const failed = results.some((one) => isFailedOutput(one)) || isFailedOutput(record.toolUseResult);
    return step(turns, talk, { failed, reason: "tool_result" });
  }
  const text = textOf(content);
  if (text.startsWith("[Request interrupted by user")) return interrupt(turns, talk);
  return ask(turns, { ...talk, text, at: isoTime(line.timestamp) }, place);
}

function readAssistant(record: JsonRecord, line: ClaudeMessage, turns: Turns, place: ByteRange): Reading {
  const { content, model = "", stop_reason } = line.message;
  const text = textOf(content);
  const talk = talkOf(line);
  const isCall = typeof content !== "string" && content.some(({ type }) => type === "tool_use");
  const error = record.isApiErrorMessage === true ? text || "API error" : "";
  const stop = isCall ? "tool_use" : (stop_reason ?? "");
  if (text.trim() === "" && error === "" && !isCall) return reject("thinking", turns);
  const tokensOut = tokensOf(recordOf(line.message.usage).output_tokens);
  const said = answer(turns, { ...talk, text, at: isoTime(line.timestamp), model, stop, error, tokensOut }, place);
  if (text.trim() === "")
    return { outcomes: reject(isCall ? "tool_call" : "thinking", turns).outcomes, turns: said.turns };
  return said;
}

/** Claude Code session transcripts: a person's question and the answer that ends the turn. */
export const claudeCode: Dialect = {
  name: "Claude Code",
  recognises: (record) =>
    typeof record.type === "string" &&
    ("sessionId" in record || "leafUuid" in record || "messageId" in record || bookkeeping.has(record.type)) &&
    !("payload" in record) &&
    !("data" in record),
  read(record, turns, place) {
    const type = String(record.type);
    if (type === "summary") return reject("summary", turns);
    if (bookkeeping.has(type)) return reject("bookkeeping", turns);
    if (type !== "user" && type !== "assistant") return reject("unknown_event", turns);
    const parsed = parseQuickly(record, isClaudeRecord, claudeShape);
    if (parsed === null) return rejectBad("malformed_transcript", turns);
    if (parsed.isSidechain) return reject("sidechain", turns);
    if (record.isCompactSummary === true) return reject("summary", turns);
    if (parsed.isMeta) return reject("bookkeeping", turns);
    return type === "user" ? readUser(record, parsed, turns, place) : readAssistant(record, parsed, turns, place);
  },
};
