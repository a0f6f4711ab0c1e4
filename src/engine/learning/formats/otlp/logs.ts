import type { ByteRange } from "../../lesson.ts";
import { answer, ask, end, step, type Talk } from "../conversation.ts";
import { isoTime, type Reading, reject, rejectBad } from "../dialect.ts";
import { isRecord, recordOf, textOf } from "../field.ts";
import type { Turns } from "../shapes.ts";
import { agentEvent, readAgentLog } from "./agent-logs.ts";
import { type Attributes, attributesOf, plainValue } from "./attributes.ts";
import { messageEvent } from "./span-words.ts";
import { readSpan } from "./spans.ts";

// One record a message (conventions of 2024): the records of one span are one exchange, and its choice ends it. What
// the conversation said before is repeated in each span, so that only the last question has its answer there.
function readMessage(name: string, fields: Record<string, unknown>, record: Turn, turns: Turns): Reading | null {
  const said = messageEvent(name, fields);
  if (said === null) return null;
  const { talk, at, place } = record;
  if (said.role === "user") return ask(turns, { ...talk, text: said.text, at }, place);
  if (said.role === "tool") return step(turns, talk, { failed: said.failed, reason: "tool_result" });
  if (name !== "gen_ai.choice") return reject("turn_open", turns);
  if (said.calls && said.text === "") return end(turns, talk, "tool_call");
  const stop = said.calls ? "tool_use" : said.stop;
  const model = textOf(fields["gen_ai.response.model"], fields["gen_ai.request.model"]);
  const { turns: answered, outcomes } = answer(turns, { ...talk, text: said.text, at, stop, model }, place);
  return answered === turns ? { outcomes, turns } : end(answered, talk, "turn_open");
}

interface Turn {
  readonly talk: Talk;
  readonly at: string;
  readonly place: ByteRange;
}

function nameOf(record: Readonly<Record<string, unknown>>, own: Attributes, body: unknown): string {
  const name = textOf(record.eventName, own.get("event.name"));
  const said = typeof body === "string" && /^[a-z][\w-]{1,40}\.\w{1,60}$/.test(body) ? body : "";
  return name.includes(".") ? name : said || name;
}

/** What a log record teaches; `resource` says what is the same for all records of its producer. */
export function readLog(value: unknown, resource: Attributes, turns: Turns, place: ByteRange): Reading {
  if (!isRecord(value)) return rejectBad("malformed_span", turns);
  const own: Attributes = new Map([...resource, ...attributesOf(value.attributes)]);
  const body = plainValue(value.body);
  const name = nameOf(value, own, body);
  const time = value.timeUnixNano ?? value.observedTimeUnixNano;
  const talk = { dialect: "OTLP", session: `${textOf(value.traceId)} ${textOf(value.spanId)}` };
  const fields = { ...Object.fromEntries(own), ...(typeof body === "string" ? { content: body } : recordOf(body)) };
  const message = readMessage(name, fields, { talk, at: isoTime(time), place }, turns);
  if (message !== null) return message;
  const event = agentEvent(name);
  if (event !== null) return readAgentLog(event, own, time, turns, place);
  const attributes =
    Array.isArray(value.attributes) || value.attributes === undefined ? (value.attributes ?? []) : null;
  const kept = isRecord(value.body) && isRecord(body) ? listOfBody(value.body) : [];
  const span = { ...value, attributes: attributes === null ? value.attributes : [...attributes, ...kept] };
  return { outcomes: readSpan({ ...span, endTimeUnixNano: time }, place), turns };
}

// The attributes of a record may stand in its body instead.
function listOfBody(body: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { values } = recordOf(body.kvlistValue);
  return Array.isArray(values) ? values : [];
}
