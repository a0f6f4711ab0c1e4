import type { ByteRange } from "../../lesson.ts";
import { responseMessages } from "../chat/payload.ts";
import { answer, ask, interrupt, step, type Talk } from "../conversation.ts";
import { isoTime, type Reading, reject } from "../dialect.ts";
import { fromJson, isRecord, listOf, numberOf, recordOf, textOf, tokensOf } from "../field.ts";
import type { Turns } from "../shapes.ts";
import type { Attributes } from "./attributes.ts";

// Agents log what they do as OTLP log records, one a step. Gemini CLI, Qwen Code and their kin (`<name>.user_prompt`,
// `<name>.api_response`, …) log question and answer; Claude Code and Codex log the question alone.

const dialect = "OTLP";
// Between the session and the prompt in the name of a conversation.
const mark = " # ";
const questionsOnly: ReadonlySet<string> = new Set(["claude_code", "codex"]);

const events: ReadonlySet<string> = new Set([
  "user_prompt",
  "api_request",
  "api_response",
  "api_error",
  "api_cancel",
  "tool_call",
]);

/** The event of an agent's own log: who wrote it, and its name there; null where a record is none. */
export function agentEvent(name: string): { readonly agent: string; readonly event: string } | null {
  const match = /^([a-z][\w-]{1,40})\.([a-z]\w{1,60})$/.exec(name);
  const [, agent = "", event = ""] = match ?? [];
  const isKnown = questionsOnly.has(agent) || agent === "gemini_cli" || agent === "qwen-code" || events.has(event);
  return agent !== "" && isKnown ? { agent, event } : null;
}

// One prompt of one session. The records of a response may leave the session out.
function talkOf(turns: Turns, session: string, prompt: string): Talk {
  const open = turns.filter((turn) => turn.dialect === dialect);
  if (session === "" && prompt !== "") {
    const known = open.findLast((turn) => turn.session.endsWith(`${mark}${prompt}`));
    if (known) return { dialect, session: known.session };
  }
  if (prompt === "") {
    const known = open.findLast((turn) => turn.session.startsWith(`${session}${mark}`));
    if (known) return { dialect, session: known.session };
  }
  return { dialect, session: `${session}${mark}${prompt}` };
}

// The next prompt of a session closes the one before it, and may reject it.
function followed(turns: Turns, session: string, talk: Talk): Turns {
  if (session === "") return turns;
  const before = turns.findLast((turn) => turn.dialect === dialect && turn.session.startsWith(`${session}${mark}`));
  return before === undefined
    ? turns
    : turns.map((turn) => (turn === before ? { ...turn, session: talk.session } : turn));
}

// The words as they are, or the whole answer of the API as JSON.
function responseText(value: unknown): { readonly text: string; readonly stop: string; readonly calls: boolean } {
  const parsed = fromJson(value);
  const isWhole = listOf(parsed)
    .concat(parsed)
    .some((one) => isRecord(one) && ("candidates" in one || "choices" in one));
  if (!isWhole) return { text: textOf(value), stop: "", calls: false };
  const [said] = responseMessages(parsed);
  return { text: said?.text ?? "", stop: said?.stop ?? "", calls: said?.calls ?? false };
}

function readResponse(turns: Turns, talk: Talk, attributes: Attributes, at: string, place: ByteRange): Reading {
  const role = textOf(attributes.get("role"));
  const { text, stop, calls } = responseText(attributes.get("response_text"));
  const isAside = (role !== "" && role !== "main") || recordOf(fromJson(text)).next_speaker !== undefined;
  if (isAside) return reject("bookkeeping", turns);
  const reasons = fromJson(attributes.get("finish_reasons"));
  const status = numberOf(attributes.get("status_code"), attributes.get("http.status_code")) ?? 200;
  const told = textOf(attributes.get("error"), attributes.get("error.message"), attributes.get("error_type"));
  const error = told || (status >= 400 ? `status ${status}` : "");
  if (text === "" && error === "") return reject(calls ? "tool_call" : "no_text", turns);
  const said = {
    ...talk,
    text,
    at,
    model: textOf(attributes.get("model"), attributes.get("gen_ai.response.model")),
    stop: calls ? "tool_use" : textOf(...listOf(reasons).toReversed(), reasons, stop),
    error,
    tokensOut: tokensOf(attributes.get("output_token_count")),
  };
  return answer(turns, said, place);
}

// What people ask Claude Code and Codex; the answers are nowhere in these logs.
function readQuestionsOnly(event: string, turns: Turns): Reading {
  if (event === "user_prompt") return reject("answer_not_logged", turns);
  if (event === "tool_result") return reject("tool_result", turns);
  if (event === "api_error") return reject("provider_error", turns);
  return reject("bookkeeping", turns);
}

/** Reads one record of an agent's own log. */
export function readAgentLog(
  { agent, event }: { readonly agent: string; readonly event: string },
  attributes: Attributes,
  time: unknown,
  turns: Turns,
  place: ByteRange,
): Reading {
  if (questionsOnly.has(agent)) return readQuestionsOnly(event, turns);
  const session = textOf(attributes.get("session.id"), attributes.get("session_id"));
  const talk = talkOf(turns, session, textOf(attributes.get("prompt_id"), attributes.get("prompt.id")));
  const at = isoTime(time);
  if (event === "user_prompt") {
    const text = textOf(attributes.get("prompt"));
    if (text === "") return reject("no_text", turns);
    return ask(followed(turns, session, talk), { ...talk, text, at }, place);
  }
  if (event === "api_response") return readResponse(turns, talk, attributes, at, place);
  if (event === "api_error") {
    const error = textOf(
      attributes.get("error"),
      attributes.get("error.message"),
      attributes.get("error_type"),
      "error",
    );
    const { turns: next } = answer(turns, { ...talk, text: "", at, error }, place);
    return reject("provider_error", next);
  }
  if (event === "api_cancel") return interrupt(turns, talk);
  if (event === "tool_call") {
    const failed =
      attributes.get("success") === false || textOf(attributes.get("error"), attributes.get("error_type")) !== "";
    return step(turns, talk, { failed, reason: "tool_call" });
  }
  return reject("bookkeeping", turns);
}
