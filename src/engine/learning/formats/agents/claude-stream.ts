import type { ByteRange } from "../../lesson.ts";
import { contentWords } from "../chat/said.ts";
import { answer, ask, step, type Talk, turnOf } from "../conversation.ts";
import { type Dialect, type JsonRecord, type Reading, reject, rejectBad } from "../dialect.ts";
import { isFailedOutput } from "../failed-output.ts";
import { recordOf, textOf, tokensOf } from "../field.ts";
import type { Turns } from "../shapes.ts";

// What `claude -p --output-format stream-json` prints. The question stands on its command line, so that there is none
// here, unless it was told to repeat what it is sent (`--replay-user-messages`).

const types: ReadonlySet<string> = new Set([
  "system",
  "assistant",
  "user",
  "result",
  "stream_event",
  "rate_limit_event",
  "tool_progress",
  "tool_use_summary",
  "auth_status",
  "prompt_suggestion",
]);

function talkOf(record: JsonRecord): Talk {
  return { dialect: "Claude stream", session: textOf(record.session_id) };
}

function readUser(record: JsonRecord, turns: Turns, place: ByteRange): Reading {
  const { text, results } = contentWords(recordOf(record.message).content);
  if (results.length > 0) {
    const failed = isFailedOutput(results) || isFailedOutput(record.tool_use_result);
    return step(turns, talkOf(record), { failed, reason: "tool_result" });
  }
  if (record.isSynthetic === true) return reject("bookkeeping", turns);
  return ask(turns, { ...talkOf(record), text, at: "" }, place);
}

function readAssistant(record: JsonRecord, turns: Turns, place: ByteRange): Reading {
  const message = recordOf(record.message);
  if (typeof message.content !== "string" && !Array.isArray(message.content)) {
    return rejectBad("malformed_transcript", turns);
  }
  const { text, calls } = contentWords(message.content);
  if (text.trim() === "") return reject(calls ? "tool_call" : "thinking", turns);
  const error = textOf(record.error);
  const said = { ...talkOf(record), text, at: "", model: textOf(message.model), error };
  return answer(turns, { ...said, stop: calls ? "tool_use" : textOf(message.stop_reason) }, place);
}

function readResult(record: JsonRecord, turns: Turns, place: ByteRange): Reading {
  const talk = talkOf(record);
  const failed = record.is_error === true || textOf(record.subtype).startsWith("error");
  const open = turnOf(turns, talk);
  if (open === null) return reject(failed ? "not_successful" : "no_question", turns);
  const text = textOf(record.result) || open.response;
  const error = failed ? textOf(record.subtype, record.result) : "";
  const stop = textOf(record.stop_reason) || "end_turn";
  const tokensOut = tokensOf(recordOf(record.usage).output_tokens);
  return answer(turns, { ...talk, text, at: "", stop, error, tokensOut, whole: true }, place);
}

/** The output of a Claude Code run without a screen: recognised, but it seldom holds a question. */
export const claudeStream: Dialect = {
  name: "Claude stream",
  recognises: (record) =>
    typeof record.type === "string" &&
    types.has(record.type) &&
    typeof record.session_id === "string" &&
    !("sessionId" in record),
  read(record, turns, place) {
    if (textOf(record.parent_tool_use_id) !== "") return reject("sidechain", turns);
    if (record.type === "user") return readUser(record, turns, place);
    if (record.type === "assistant") return readAssistant(record, turns, place);
    if (record.type === "result") return readResult(record, turns, place);
    return reject("bookkeeping", turns);
  },
};
