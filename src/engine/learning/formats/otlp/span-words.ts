import { requestMessages, responseMessages } from "../chat/payload.ts";
import { answered, asked, readMessages, readSaid, type Said } from "../chat/said.ts";
import type { JsonRecord } from "../dialect.ts";
import { fromJson, isRecord, listOf, recordOf, textOf } from "../field.ts";
import { type Attributes, numbered } from "./attributes.ts";

// The conventions moved, and every instrumentation has its own. Each is one function below that gives what was asked
// and what was answered; of each the first that has something counts.

/** A named event of a span. */
export interface SpanEvent {
  readonly name: string;
  readonly attributes: Attributes;
}

/** Where the words of a span may stand. */
export interface Place {
  readonly own: Attributes;
  readonly events: readonly SpanEvent[];
  /** Whether the span is a call of a model, or the work of an agent, so that its input and output are words. */
  readonly isModel: boolean;
}

/** What was asked, with the conversation before it, and what was answered. */
export interface SpanWords {
  readonly asked: readonly Said[];
  readonly answered: readonly Said[];
}

// Several answers beside one another are choices, of which the first counts; with tools between them they are steps.
function firstChoice(said: readonly Said[]): readonly Said[] {
  if (said.some(({ calls, role }) => calls || role === "tool")) return said;
  const first = said.find(({ role, text }) => role === "assistant" && text.trim() !== "");
  return first === undefined ? said : [first];
}

function listed(value: unknown): readonly Said[] {
  const parsed = fromJson(value);
  return readMessages(isRecord(parsed) && !("messages" in parsed) ? [parsed] : parsed);
}

// GenAI conventions since 2025: messages with parts, as JSON text or as structured values, also on an event.
function conventions({ own, events }: Place): SpanWords {
  const first = (name: string) =>
    [own, ...events.map(({ attributes }) => attributes)].map((one) => one.get(name)).find((one) => one !== undefined);
  return {
    asked: listed(first("gen_ai.input.messages")),
    answered: firstChoice(listed(first("gen_ai.output.messages"))),
  };
}

// A message with several blocks is written as JSON into one attribute.
function withBlocks(message: JsonRecord): JsonRecord {
  const content = fromJson(message.content);
  const isBlocks = Array.isArray(content) && content.length > 0 && content.every((one) => textOf(recordOf(one).type));
  return isBlocks ? { ...message, content } : message;
}

function traceloop({ own }: Place): SpanWords {
  const said = (...prefixes: readonly string[]) =>
    (prefixes.map((prefix) => numbered(own, prefix)).find((one) => one.length > 0) ?? []).map(withBlocks);
  const answers = said("gen_ai.completion.", "llm.completions.");
  return {
    asked: said("gen_ai.prompt.", "llm.prompts.").map((one) => readSaid({ role: "user", ...one })),
    answered: firstChoice(answers.map((one) => readSaid({ role: "assistant", ...one }))),
  };
}

function openInferenceMessage(value: JsonRecord, role: string): Said {
  const message = recordOf(value.message);
  const blocks = listOf(message.contents).map((one) => recordOf(recordOf(one).message_content));
  const content = textOf(message.content) || blocks;
  return readSaid({ role, ...message, content });
}

function openInference({ own }: Place): SpanWords {
  const prompts = numbered(own, "llm.prompts.").map(({ prompt }) => asked(textOf(recordOf(prompt).text)));
  const [choice] = numbered(own, "llm.choices.").map(({ completion }) => textOf(recordOf(completion).text));
  const messages = (name: string, role: string) => numbered(own, name).map((one) => openInferenceMessage(one, role));
  const input = messages("llm.input_messages.", "user");
  const output = messages("llm.output_messages.", "assistant");
  return {
    asked: input.length > 0 ? input : prompts,
    answered: output.length > 0 ? firstChoice(output) : choice === undefined ? [] : [answered(choice)],
  };
}

// Events on the span, one a message (conventions of 2024), or one for all that was sent and one for what came.
function eventWords({ events }: Place): SpanWords {
  const sent: Said[] = [];
  const came: Said[] = [];
  for (const { name, attributes } of events) {
    const said = messageEvent(name, Object.fromEntries(attributes));
    if (said !== null) (name === "gen_ai.choice" ? came : sent).push(said);
    else if (name === "gen_ai.content.prompt") sent.push(...requestMessages(attributes.get("gen_ai.prompt")));
    else if (name === "gen_ai.content.completion") came.push(...responseMessages(attributes.get("gen_ai.completion")));
  }
  return { asked: sent, answered: came.slice(0, 1) };
}

/** The message that an event of the conventions of 2024 brings (`gen_ai.user.message`, `gen_ai.choice`, …), or null. */
export function messageEvent(name: string, fields: JsonRecord): Said | null {
  const word = /^gen_ai\.(?:(user|assistant|tool|system)\.message|choice)$/.exec(name);
  if (word === null) return null;
  const body = { ...fields, ...recordOf(fromJson(fields["gen_ai.event.content"])) };
  const inner = fromJson(body.message);
  const message = isRecord(inner) ? inner : typeof inner === "string" ? { content: inner } : {};
  const role = word[1] ?? "assistant";
  const content = fromJson(body.content);
  const isBlocks = Array.isArray(content) || (isRecord(content) && "parts" in content);
  return readSaid({ ...body, ...(isBlocks ? { content } : {}), ...message, role });
}

function plainAttributes({ own }: Place): SpanWords {
  return {
    asked: requestMessages(own.get("gen_ai.prompt") ?? own.get("llm.prompts")),
    answered: responseMessages(own.get("gen_ai.completion") ?? own.get("llm.completions")),
  };
}

function vercel({ own }: Place): SpanWords {
  const text = textOf(own.get("ai.response.text"), own.get("ai.result.text"), own.get("ai.response.object"));
  const calls = listOf(fromJson(own.get("ai.response.toolCalls") ?? own.get("ai.result.toolCalls"))).length > 0;
  return {
    asked: requestMessages(own.get("ai.prompt.messages") ?? own.get("ai.prompt")),
    answered: text !== "" || calls ? [{ ...answered(text), calls }] : [],
  };
}

// Logfire and Pydantic AI keep the whole talk in one attribute, the answer as its last message.
function wholeTalk({ own }: Place): SpanWords {
  const request = own.get("request_data");
  const response = recordOf(fromJson(own.get("response_data")));
  if (request !== undefined) return { asked: requestMessages(request), answered: responseMessages(response) };
  const talk = own.get("pydantic_ai.all_messages") ?? own.get("all_messages_events") ?? own.get("events");
  const said = listOf(fromJson(talk)).map((one) => {
    const message = recordOf(one);
    return messageEvent(textOf(message["event.name"]), message) ?? readSaid(message);
  });
  const last = said.findLastIndex(({ role }) => role === "user" || role === "tool");
  return { asked: said.slice(0, last + 1), answered: said.slice(last + 1) };
}

// The input and output of any step of an application; words only where the step is a model's.
function stepValues({ own, isModel }: Place): SpanWords {
  if (!isModel) return { asked: [], answered: [] };
  const first = (...names: readonly string[]) => names.map((name) => own.get(name)).find((one) => one !== undefined);
  return {
    asked: requestMessages(first("langfuse.observation.input", "input.value", "traceloop.entity.input")),
    answered: responseMessages(first("langfuse.observation.output", "output.value", "traceloop.entity.output")),
  };
}

const ways = [conventions, traceloop, openInference, eventWords, plainAttributes, vercel, wholeTalk, stepValues];

/** What a span says was asked and answered, in whichever convention it was written. */
export function spanWords(place: Place): SpanWords {
  let asked: readonly Said[] = [];
  let answered: readonly Said[] = [];
  for (const way of ways) {
    const words = way(place);
    if (asked.length === 0) asked = words.asked;
    if (answered.length === 0) answered = words.answered;
    if (asked.length > 0 && answered.length > 0) break;
  }
  return { asked, answered };
}
