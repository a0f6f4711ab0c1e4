import { contentWords } from "../chat/said.ts";
import { answer, ask, end, interrupt, step, type Talk } from "../conversation.ts";
import { type Dialect, isoTime, type JsonRecord, reject, rejectBad } from "../dialect.ts";
import { isFailedOutput } from "../failed-output.ts";
import { fromJson, isRecord, textOf } from "../field.ts";

// Until September 2025 a rollout was the bare items of the conversation, one a line, after a line about the session.
const talk: Talk = { dialect: "Codex flat", session: "" };

const outputs: ReadonlySet<string> = new Set([
  "function_call_output",
  "custom_tool_call_output",
  "local_shell_call_output",
]);
const calls: ReadonlySet<string> = new Set([
  "function_call",
  "custom_tool_call",
  "local_shell_call",
  "web_search_call",
]);

function isHeader(record: JsonRecord): boolean {
  return typeof record.id === "string" && typeof record.timestamp === "string" && "instructions" in record;
}

function isItem(record: JsonRecord): boolean {
  const type = textOf(record.type);
  if (type === "message") return typeof record.role === "string" && "content" in record && !("message" in record);
  if (type === "reasoning") return "summary" in record || "encrypted_content" in record;
  return outputs.has(type) ? "output" in record : calls.has(type) && !("payload" in record);
}

/** Codex CLI rollouts of 2025 before they had envelopes: a question and the agent's last message of that turn. */
export const codexFlat: Dialect = {
  name: "Codex flat",
  recognises: (record) => record.record_type === "state" || (!("type" in record) ? isHeader(record) : isItem(record)),
  read(record, turns, place) {
    const type = textOf(record.type);
    if (record.record_type === "state") return reject("bookkeeping", turns);
    if (type === "") return end(turns, talk, "bookkeeping");
    if (type === "reasoning") return reject("thinking", turns);
    if (calls.has(type)) return reject("tool_call", turns);
    if (outputs.has(type)) {
      const output = fromJson(record.output);
      return step(turns, talk, { failed: isFailedOutput(output), reason: "tool_result" });
    }
    if (typeof record.content !== "string" && !Array.isArray(record.content)) {
      return rejectBad("malformed_rollout", turns);
    }
    const { text } = contentWords(record.content);
    const message = { ...talk, text, at: isoTime(record.timestamp) };
    if (record.role === "user" && /^\s*<turn_aborted>/.test(text)) return interrupt(turns, talk);
    if (record.role === "user") return ask(turns, message, place);
    if (record.role !== "assistant") return reject("bookkeeping", turns);
    const isPartial = isRecord(record) && (record.status === "incomplete" || record.status === "in_progress");
    return answer(turns, { ...message, stop: isPartial ? "incomplete" : "" }, place);
  },
};
