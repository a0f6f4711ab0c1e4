import type { ByteRange } from "../../lesson.ts";
import { answer, ask, end, interrupt, step, type Talk, turnOf, withModel } from "../conversation.ts";
import { type Dialect, isoTime, type JsonRecord, type Reading, reject, rejectBad } from "../dialect.ts";
import { isFailedOutput } from "../failed-output.ts";
import { isRecord, listOf, recordOf, textOf, tokensOf } from "../field.ts";
import type { Turns } from "../shapes.ts";

// An event's lines do not repeat the session's name: a file holds one session after the other.
const talk: Talk = { dialect: "Copilot CLI", session: "" };

const areas: ReadonlySet<string> = new Set([
  "session",
  "user",
  "assistant",
  "tool",
  "subagent",
  "hook",
  "skill",
  "system",
  "model",
  "permission",
  "user_input",
  "elicitation",
  "pending_messages",
  "command",
  "external_tool",
  "mcp",
]);

function isEvent(type: string): boolean {
  return type === "abort" || areas.has(type.slice(0, type.indexOf(".")));
}

// Skills and continuations are put into a turn that runs; what wakes an idle agent opens one that nobody asked for.
function readUser(data: JsonRecord, at: string, turns: Turns, place: ByteRange): Reading {
  if (typeof data.content !== "string") return rejectBad("malformed_transcript", turns);
  const source = textOf(data.source);
  if (data.isAutopilotContinuation === true) return reject("bookkeeping", turns);
  const isPerson = source === "" || source === "user" || source.startsWith("immediate") || source.startsWith("command");
  if (isPerson) return ask(turns, { ...talk, text: data.content, at }, place);
  const wakes = data.delivery === "idle" || data.delivery === "queued";
  if (!wakes || !/^(?:system|schedule|agent|background)/.test(source)) return reject("bookkeeping", turns);
  return ask(turns, { ...talk, text: "[System notification]", at }, place);
}

// A shell says how its command ended in the last line of what it printed.
function hasFailed({ success, result, error, shellExecution }: JsonRecord): boolean {
  const printed = textOf(recordOf(result).content).slice(-200);
  const ended = /<(?:shellId: \S{1,40} )?(?:completed|exited) with exit code (-?\d{1,10})>\s*$/.exec(printed);
  if (ended !== null) return Number(ended[1]) !== 0;
  return success === false || isFailedOutput(shellExecution) || isFailedOutput(result) || isFailedOutput({ error });
}

function readAssistant(data: JsonRecord, at: string, turns: Turns, place: ByteRange): Reading {
  if (data.content !== undefined && data.content !== null && typeof data.content !== "string") {
    return rejectBad("malformed_transcript", turns);
  }
  if (data.phase === "thinking") return reject("thinking", turns);
  const calls = listOf(data.toolRequests).length > 0;
  const text = textOf(data.content);
  if (text.trim() === "") return reject(calls ? "tool_call" : "thinking", turns);
  const said = { ...talk, text, at, model: textOf(data.model), tokensOut: tokensOf(data.outputTokens) };
  return answer(turns, { ...said, stop: calls ? "tool_use" : textOf(data.finishReason, data.stopReason) }, place);
}

function readSession(type: string, data: JsonRecord, at: string, turns: Turns, place: ByteRange): Reading {
  switch (type) {
    case "session.start": {
      const ended = end(turns, talk, "bookkeeping");
      return { ...ended, turns: withModel(ended.turns, talk, textOf(data.selectedModel)) };
    }
    case "session.model_change":
      return reject("bookkeeping", withModel(turns, talk, textOf(data.newModel)));
    case "session.error": {
      const error = textOf(data.message, data.errorType, data.errorCode) || "error";
      return reject("provider_error", answer(turns, { ...talk, text: "", at, error }, place).turns);
    }
    case "session.idle":
      return data.aborted === true ? interrupt(turns, talk) : reject("bookkeeping", turns);
    // The person went back to before what was done here.
    case "session.snapshot_rewind":
      return takenBack(turns);
    case "session.compaction_complete":
      return reject("summary", turns);
    default:
      return reject("bookkeeping", turns);
  }
}

function takenBack(turns: Turns): Reading {
  const turn = turnOf(turns, talk);
  if (turn === null) return reject("interrupted", turns);
  return interrupt(
    turns.map((one) => (one === turn ? { ...one, stop: "" } : one)),
    talk,
  );
}

/** GitHub Copilot CLI session events: a person's message and the assistant's last message of that turn. */
export const copilot: Dialect = {
  name: "Copilot CLI",
  recognises: (record) => typeof record.type === "string" && isEvent(record.type) && isRecord(record.data),
  read(record, turns, place) {
    const type = textOf(record.type);
    const data = recordOf(record.data);
    const at = isoTime(record.timestamp);
    if (textOf(data.parentToolCallId, record.agentId, data.agentId) !== "") return reject("sidechain", turns);
    if (type === "user.message") return readUser(data, at, turns, place);
    if (type === "assistant.message") return readAssistant(data, at, turns, place);
    if (type === "assistant.reasoning") return reject("thinking", turns);
    if (type === "tool.execution_complete") {
      if (data.isUserRequested === true) return reject("local_command", turns);
      return step(turns, talk, { failed: hasFailed(data), reason: "tool_result" });
    }
    if (type === "tool.execution_start") return reject("tool_call", turns);
    if (type === "abort") return interrupt(turns, talk);
    if (type === "assistant.idle" && data.aborted === true) return interrupt(turns, talk);
    return readSession(type, data, at, turns, place);
  },
};
