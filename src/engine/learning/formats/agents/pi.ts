import type { ByteRange } from "../../lesson.ts";
import { contentWords } from "../chat/said.ts";
import { answer, ask, end, interrupt, step, type Talk, withModel } from "../conversation.ts";
import { type Dialect, isoTime, type JsonRecord, type Reading, reject, rejectBad } from "../dialect.ts";
import { isFailedOutput } from "../failed-output.ts";
import { isRecord, recordOf, textOf, tokensOf } from "../field.ts";
import type { Turns } from "../shapes.ts";

// A file holds one session; its entries do not repeat the session's name.
const talk: Talk = { dialect: "Pi", session: "" };

const headers: ReadonlySet<string> = new Set(["session", "session_start"]);
const entries: ReadonlySet<string> = new Set([
  "session_end",
  "session_info",
  "model_change",
  "thinking_level_change",
  "compaction",
  "compaction_state",
  "branch_summary",
  "custom",
  "custom_message",
  "label",
  "todo_state",
]);

// What OpenClaw puts around the words of a message from a chat: who sent it, when, and which one it is.
const around = /^(?:[A-Z][\w ()-]{1,80} \(untrusted[^)\n]{0,80}\):\s{0,4}```(?:json)?\n[^`]{0,4000}```\s{0,8}){1,8}/;
const stamp = /^\[(?:[A-Za-z][\w .:+@-]{0,80} )?(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d[ T][\d:]{4,8}[^\]\n]{0,20}\]\s/;
// Where OpenClaw is to send the words of an answer.
const sent = /^\s{0,8}\[\[[a-z_]{1,40}(?::[^\]\n]{0,80})?\]\]\s{0,8}/;
const named = /\n?\[message_id: [^\]\n]{1,80}\]\s*$/;

function typedText(text: string): string {
  return text.replace(around, "").replace(stamp, "").replace(named, "");
}

function readUser(message: JsonRecord, at: string, turns: Turns, place: ByteRange): Reading {
  const { text, results } = contentWords(message.content);
  if (results.length > 0) {
    return step(turns, talk, { failed: isFailedOutput(results), reason: "tool_result" });
  }
  return ask(turns, { ...talk, text: typedText(text), at }, place);
}

function readAssistant(message: JsonRecord, at: string, turns: Turns, place: ByteRange): Reading {
  // OpenClaw writes what it delivered to a chat a second time.
  if (message.model === "delivery-mirror" || message.model === "gateway-injected") return reject("bookkeeping", turns);
  const { text: words, calls } = contentWords(message.content);
  const text = words.replace(sent, "");
  const stop = textOf(message.stopReason, message.stop_reason);
  const model = textOf(message.model);
  if (stop === "aborted") return interrupt(turns, talk);
  const failure = recordOf(message.error);
  const error = stop === "error" ? textOf(message.errorMessage, failure.message, message.error) || "error" : "";
  if (text.trim() === "" && error === "") return reject(calls ? "tool_call" : "thinking", turns);
  const tokensOut = tokensOf(recordOf(message.usage).output, recordOf(message.usage).output_tokens);
  const said = { ...talk, text, at, model, error, tokensOut, stop: calls ? "tool_use" : stop };
  return answer(turns, said, place);
}

function readMessage(record: JsonRecord, turns: Turns, place: ByteRange): Reading {
  const message = recordOf(record.message);
  const role = textOf(message.role);
  const { content } = message;
  const at = isoTime(record.timestamp ?? message.timestamp);
  if (role === "bashExecution") return reject("local_command", turns);
  if (role === "branchSummary" || role === "compactionSummary") return reject("summary", turns);
  if (role === "toolResult" || role === "tool") {
    return step(turns, talk, { failed: isFailedOutput(message), reason: "tool_result" });
  }
  if (role !== "user" && role !== "assistant") return reject(role === "" ? "unknown_event" : "bookkeeping", turns);
  if (typeof content !== "string" && !Array.isArray(content)) return rejectBad("malformed_transcript", turns);
  return role === "user" ? readUser(message, at, turns, place) : readAssistant(message, at, turns, place);
}

/** Sessions of Pi, OpenClaw and Factory Droid: a person's message and the model's last message of that turn. */
export const pi: Dialect = {
  name: "Pi",
  recognises: (record) => {
    if (typeof record.type !== "string" || "sessionId" in record || "payload" in record) return false;
    if (record.type === "message") return isRecord(record.message);
    return typeof record.id === "string" && (headers.has(record.type) || entries.has(record.type));
  },
  read(record, turns, place) {
    const type = textOf(record.type);
    if (type === "message") return readMessage(record, turns, place);
    if (headers.has(type)) return end(turns, talk, "bookkeeping");
    if (type === "compaction" || type === "branch_summary") return reject("summary", turns);
    if (type === "model_change") return reject("bookkeeping", withModel(turns, talk, textOf(record.modelId)));
    return reject("bookkeeping", turns);
  },
};
