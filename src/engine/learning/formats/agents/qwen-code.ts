import type { ByteRange } from "../../lesson.ts";
import { contentWords } from "../chat/said.ts";
import { answer, ask, interrupt, step, type Talk } from "../conversation.ts";
import { type Dialect, isoTime, type JsonRecord, type Reading, reject, rejectBad } from "../dialect.ts";
import { isFailedOutput } from "../failed-output.ts";
import { isRecord, listOf, recordOf, textOf, tokensOf } from "../field.ts";
import type { Turns } from "../shapes.ts";

const types: ReadonlySet<string> = new Set(["user", "assistant", "tool_result", "system"]);
const programs: ReadonlySet<string> = new Set(["notification", "background_task_completed", "cron", "goal_runtime"]);

function talkOf(record: JsonRecord): Talk {
  return { dialect: "Qwen Code", session: textOf(record.sessionId) };
}

function readUser(record: JsonRecord, turns: Turns, place: ByteRange): Reading {
  const talk = talkOf(record);
  const { text, results } = contentWords(recordOf(record.message).parts);
  if (results.length > 0 && text.trim() === "") {
    return step(turns, talk, { failed: isFailedOutput(results), reason: "tool_result" });
  }
  const at = isoTime(record.timestamp);
  if (programs.has(textOf(record.subtype))) return ask(turns, { ...talk, text: "[System notification]", at }, place);
  // What was typed stands beside what the model was sent, with the files that it names.
  const typed = textOf(recordOf(record.systemPayload).displayText) || text;
  return ask(turns, { ...talk, text: typed, at }, place);
}

function readAssistant(record: JsonRecord, turns: Turns, place: ByteRange): Reading {
  const { text, calls } = contentWords(recordOf(record.message).parts);
  if (text.trim() === "") return reject(calls ? "tool_call" : "thinking", turns);
  const said = { ...talkOf(record), text, at: isoTime(record.timestamp), model: textOf(record.model) };
  const tokensOut = tokensOf(recordOf(record.usageMetadata).candidatesTokenCount);
  return answer(turns, { ...said, tokensOut, stop: calls ? "tool_use" : textOf(record.finishReason) }, place);
}

function readSystem(record: JsonRecord, turns: Turns, place: ByteRange): Reading {
  const talk = talkOf(record);
  const payload = recordOf(record.systemPayload);
  if (record.subtype === "chat_compression") return reject("summary", turns);
  if (record.subtype === "rewind") return interrupt(turns, talk);
  if (record.subtype === "slash_command" || record.subtype === "at_command") return reject("local_command", turns);
  const event = recordOf(payload.uiEvent);
  const name = textOf(event["event.name"]);
  if (record.subtype === "ui_telemetry" && name.endsWith("api_error")) {
    const error = textOf(event.error, event.error_message, event.error_type) || "error";
    return reject("provider_error", answer(turns, { ...talk, text: "", at: "", error }, place).turns);
  }
  if (record.subtype === "ui_telemetry" && name.endsWith("api_cancel")) return interrupt(turns, talk);
  return reject("bookkeeping", turns);
}

/** Qwen Code chats: a person's message and the model's last message of that turn. */
export const qwenCode: Dialect = {
  name: "Qwen Code",
  recognises: (record) =>
    typeof record.type === "string" &&
    types.has(record.type) &&
    typeof record.sessionId === "string" &&
    (Array.isArray(recordOf(record.message).parts) ||
      record.type === "tool_result" ||
      (record.type === "system" && isRecord(record.systemPayload))),
  read(record, turns, place) {
    if (record.isSidechain === true) return reject("sidechain", turns);
    if (record.type === "system") return readSystem(record, turns, place);
    const parts = recordOf(record.message).parts;
    if (record.type === "tool_result") {
      const { results } = contentWords(listOf(parts));
      const result = recordOf(record.toolCallResult);
      const failed = isFailedOutput(results) || isFailedOutput({ ...result, output: result.resultDisplay });
      return step(turns, talkOf(record), { failed, reason: "tool_result" });
    }
    if (!Array.isArray(parts)) return rejectBad("malformed_transcript", turns);
    return record.type === "user" ? readUser(record, turns, place) : readAssistant(record, turns, place);
  },
};
