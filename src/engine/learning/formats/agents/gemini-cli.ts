import type { ByteRange } from "../../lesson.ts";
import { contentWords } from "../chat/said.ts";
import { answer, ask, end, interrupt, step, type Talk, turnOf } from "../conversation.ts";
import { type Dialect, isoTime, type JsonRecord, type Outcome, type Reading, reject, rejectBad } from "../dialect.ts";
import { isFailedOutput } from "../failed-output.ts";
import { isRecord, listOf, recordOf, textOf, tokensOf } from "../field.ts";
import type { Turns } from "../shapes.ts";

// A file holds one session; its messages do not repeat the session's name. A message is written again, whole, when its
// tools have run and when its tokens are counted.
const talk: Talk = { dialect: "Gemini CLI", session: "" };

const types: ReadonlySet<string> = new Set(["user", "gemini", "info", "error", "warning"]);

function wordsOf(message: JsonRecord): string {
  return contentWords(message.displayContent).text || contentWords(message.content).text;
}

function isFailedCall(value: unknown): boolean {
  const { status, result, resultDisplay } = recordOf(value);
  return status === "error" || status === "cancelled" || isFailedOutput(result) || isFailedOutput(resultDisplay);
}

function readMessage(message: JsonRecord, turns: Turns, place: ByteRange): Reading {
  const { type, toolCalls, tokens, content } = message;
  if (content === undefined || content === null || typeof content === "number" || typeof content === "boolean") {
    return rejectBad("malformed_transcript", turns);
  }
  const at = isoTime(message.timestamp);
  const text = wordsOf(message);
  if (type === "user") {
    const { results } = contentWords(content);
    if (results.length > 0 && text.trim() === "") {
      // The message that called the tool tells its result as well.
      if (turnOf(turns, talk)?.response === "") return reject("tool_result", turns);
      return step(turns, talk, { failed: isFailedOutput(results), reason: "tool_result" });
    }
    return ask(turns, { ...talk, text, at }, place);
  }
  if (type === "error") {
    return reject("provider_error", answer(turns, { ...talk, text: "", at, error: text || "error" }, place).turns);
  }
  if (type !== "gemini") {
    const isStop = /^\W{0,4}(?:request|operation|response|turn|user)\s(?:was\s)?(?:cancell?ed|aborted|stopped)/i.test(
      text,
    );
    return isStop ? interrupt(turns, talk) : reject("bookkeeping", turns);
  }
  const calls = listOf(toolCalls);
  if (calls.length > 0) return step(turns, talk, { failed: isFailedCall(calls.at(-1)), reason: "tool_result" });
  if (text.trim() === "") return reject("thinking", turns);
  const stop = textOf(message.finishReason);
  const said = { ...talk, text, at, model: textOf(message.model), tokensOut: tokensOf(recordOf(tokens).output) };
  return answer(turns, { ...said, stop }, place);
}

// Before 2026 a session was one object, written anew at each message; as one line it is read from its beginning.
function readWhole(messages: readonly unknown[], turns: Turns, place: ByteRange): Reading {
  const outcomes: Outcome[] = [];
  let open = end(turns, talk, "bookkeeping").turns;
  for (const message of messages) {
    const reading = readMessage(recordOf(message), open, place);
    outcomes.push(...reading.outcomes);
    open = reading.turns;
  }
  return outcomes.length === 0 ? reject("bookkeeping", open) : { outcomes, turns: open };
}

function isMessage(record: JsonRecord): boolean {
  return (
    typeof record.type === "string" && types.has(record.type) && typeof record.id === "string" && "content" in record
  );
}

function isHeader(record: JsonRecord): boolean {
  return typeof record.sessionId === "string" && typeof record.projectHash === "string";
}

/** Gemini CLI chats, line by line: a person's message and the model's last message of that turn. */
export const geminiCli: Dialect = {
  name: "Gemini CLI",
  recognises: (record) =>
    isHeader(record) ||
    isRecord(record.$set) ||
    typeof record.$rewindTo === "string" ||
    (isMessage(record) && !("sessionId" in record) && !("session_id" in record) && !("message" in record)),
  read(record, turns, place) {
    if (isHeader(record)) {
      if (Array.isArray(record.messages)) return readWhole(record.messages, turns, place);
      return end(turns, talk, "bookkeeping");
    }
    if (isRecord(record.$set)) return reject("bookkeeping", turns);
    // The person went back to before what was said here.
    if (typeof record.$rewindTo === "string") return interrupt(turns, talk);
    return readMessage(record, turns, place);
  },
};
