import type { ByteRange, Ending } from "../../lesson.ts";
import { type Dialect, isoTime, type JsonRecord, type Reading } from "../dialect.ts";
import { fromJson, isRecord, listOf, numberOf, recordOf, textOf, tokensOf } from "../field.ts";
import { saysFailed, verdictIn } from "../producer-words.ts";
import type { Turns } from "../shapes.ts";
import { exchange, preference } from "./exchange.ts";
import { requestMessages, responseMessages } from "./payload.ts";
import { asked, readMessages, type Said } from "./said.ts";

// A conversation, or a request with its response, in one line: the data of trainers and the logs of gateways. A line is
// one event: the last question in it with its answer. A gateway repeats the whole conversation in each line, so that
// the questions before it have had their own.

const lists = ["messages", "conversations", "conversation"] as const;
const answers = [
  "response",
  "response_obj",
  "completion",
  "output",
  "answer",
  "chosen",
  "responses",
  "result",
] as const;
const questions = [
  "request",
  "prompt",
  "input",
  "instruction",
  "question",
  "query",
  "kwargs",
  "request_body",
  "proxy_server_request",
] as const;

function first(record: JsonRecord, names: readonly string[]): unknown {
  const name = names.find((one) => record[one] !== undefined && record[one] !== null);
  return name === undefined ? undefined : record[name];
}

function isWords(value: unknown): boolean {
  return typeof value === "string" || isRecord(value) || Array.isArray(value);
}

function messageList(record: JsonRecord): readonly unknown[] | null {
  const list = fromJson(first(record, lists));
  return Array.isArray(list) && list.every(isRecord) ? list : null;
}

function isBody(record: JsonRecord): boolean {
  return typeof record.object === "string" && /^(?:chat|text)\.?_?completion|^response$/.test(record.object);
}

function isBatch(record: JsonRecord): boolean {
  return typeof record.custom_id === "string" && ("body" in record || "response" in record || "error" in record);
}

function responseOf(record: JsonRecord): readonly Said[] {
  const { response, error } = record;
  if (isBody(record)) return responseMessages(record);
  if (isBatch(record)) return error ? [] : responseMessages(recordOf(response).body);
  const value = first(record, answers);
  return value === undefined ? [] : responseMessages(value);
}

function withInput(instruction: string, input: unknown): string {
  return typeof input === "string" && input.trim() !== "" ? `${instruction}\n\n${input}` : instruction;
}

// What was asked and what was answered, in the order in which it was said.
function messagesOf(record: JsonRecord): readonly Said[] {
  const list = messageList(record);
  if (list !== null) {
    const said = readMessages(list);
    return said.at(-1)?.role === "assistant" ? said : [...said, ...responseOf(record)];
  }
  if (typeof record.instruction === "string") {
    return [asked(withInput(record.instruction, record.input)), ...responseOf(record)];
  }
  if (isBody(record)) return responseMessages(record);
  const sent = isBatch(record) ? record.body : first(record, questions);
  const before = sent === undefined ? [] : requestMessages(sent);
  const after = responseOf(record);
  // Preference pairs may repeat the whole conversation in their chosen side.
  return after.some(({ role }) => role === "user") ? after : [...before, ...after];
}

function seconds(from: unknown, to: unknown): number | null {
  const [start, end] = [from, to].map((time) => Date.parse(isoTime(time)));
  return start !== undefined && end !== undefined && end > start ? end - start : null;
}

function latencyOf(record: JsonRecord): number | null {
  const ms = numberOf(record.latency_ms, record.duration_ms, record.latencyMs);
  if (ms !== null && ms > 0) return ms;
  const spent = numberOf(record.response_time);
  if (spent !== null && spent > 0) return spent * 1000;
  return seconds(record.startTime ?? record.start_time, record.endTime ?? record.end_time);
}

function endingOf(record: JsonRecord, bodies: readonly JsonRecord[]): Partial<Ending> {
  const failed = saysFailed(record);
  const status = numberOf(record.status_code, recordOf(record.response).status_code);
  const error = record.error ?? record.error_str ?? record.exception;
  const { message, code } = recordOf(error);
  return {
    said: failed ? "failed" : null,
    error:
      textOf(error, message, code) ||
      (isRecord(error) ? "error" : "") ||
      (status !== null && status >= 400 ? `status ${status}` : ""),
    stop: textOf(
      ...[record, ...bodies].flatMap((one) => [one.finish_reason, one.stop_reason, one.done_reason, incomplete(one)]),
    ),
    latencyMs: latencyOf(record),
    tokensOut: tokensOf(
      ...[record, ...bodies].flatMap((one) => [
        one.completion_tokens,
        one.eval_count,
        recordOf(one.usage).completion_tokens,
        recordOf(one.usage).output_tokens,
      ]),
    ),
  };
}

// The Responses interface says with a status what others say with a reason.
function incomplete(body: JsonRecord): string {
  // llama.cpp says it with flags.
  if (body.stopped_limit === true || body.stop_type === "limit") return "limit";
  return body.status === "incomplete" ? textOf(recordOf(body.incomplete_details).reason) || "incomplete" : "";
}

function isPreference(record: JsonRecord): boolean {
  const { chosen, rejected } = record;
  return isWords(chosen) && isWords(rejected) && first(record, answers) === chosen;
}

function readLine(record: JsonRecord, turns: Turns, place: ByteRange): Reading {
  const body = recordOf(fromJson(first(record, answers)));
  const request = recordOf(fromJson(first(record, questions)));
  const bodies = [body, recordOf(body.body), recordOf(listOf(body.choices)[0])];
  const metadata = recordOf(record.metadata);
  const ending = endingOf(record, bodies);
  const answered = recordOf((messageList(record) ?? []).at(-1));
  // Who weighs an answer with nothing does not want it to be learned.
  const judged = answered.weight === 0 ? -1 : (verdictIn(record) ?? verdictIn(answered) ?? verdictIn(body));
  const at = isoTime(
    record.endTime ??
      record.end_time ??
      record.timestamp ??
      record.created_at ??
      record.created ??
      body.created ??
      metadata.timestamp,
  );
  const id = textOf(
    record.id,
    record.litellm_call_id,
    record.request_id,
    record.custom_id,
    metadata.lesson_id,
    body.id,
  );
  const facts = {
    kind: "conversation" as const,
    patternId: `chat_${id || at}`,
    backend: textOf(record.model, body.model, request.model, metadata.backend),
    timestamp: at,
    feedback: judged,
    metrics: ending.latencyMs ? { latency_ms: ending.latencyMs } : {},
    ending,
  };
  const outcomes = exchange(messagesOf(record), facts, place);
  if (!isPreference(record)) return { outcomes, turns };
  const other = exchange(messagesOf({ ...record, chosen: record.rejected }), facts, place);
  return { outcomes: preference(outcomes, other), turns };
}

/** What may be bare words on both sides; elsewhere two texts are any program's, and only messages say that it is a talk. */
const plainQuestions: ReadonlySet<string> = new Set(["prompt", "instruction", "question", "query"]);
const fieldsMost = 4;

function isPair(record: JsonRecord): boolean {
  const sent = fromJson(first(record, questions));
  const came = fromJson(first(record, answers));
  if (!isWords(sent) || !isWords(came)) return false;
  const isPlain = questions.some((name) => plainQuestions.has(name) && isWords(record[name]));
  if (isPlain || requestMessages(isRecord(sent) || Array.isArray(sent) ? sent : "").length > 0) return true;
  if (typeof came !== "string") return responseMessages(came).some(({ role }) => role === "assistant");
  return typeof record.input === "string" && "output" in record && Object.keys(record).length <= fieldsMost;
}

/** Chat lines: OpenAI chat, ShareGPT, Alpaca, preference pairs, and the requests and responses that gateways log. */
export const chatLines: Dialect = {
  name: "chat lines",
  recognises: (record) => messageList(record) !== null || isPair(record) || isBody(record) || isBatch(record),
  read: readLine,
};
