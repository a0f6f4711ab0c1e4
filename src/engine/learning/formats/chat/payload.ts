import type { JsonRecord } from "../dialect.ts";
import { fromJson, isRecord, listOf, recordOf, textOf } from "../field.ts";
import { answered, asked, contentWords, readMessages, readSaid, type Said } from "./said.ts";

// What was sent to a model's API and what came back, in the forms of the providers' own interfaces. Gateways put them
// into one another, but not deeper than this.
const deepest = 6;

/** The messages that a request holds: a list of them, one prompt, or the bare words. */
export function requestMessages(value: unknown, depth = 0): readonly Said[] {
  const request = fromJson(value);
  if (typeof request === "string") return request.trim() === "" ? [] : [asked(request)];
  const listed = readMessages(request);
  if (listed.length > 0) return listed;
  const { prompt, input, inputs, question, query, body } = recordOf(request);
  if (depth > deepest) return [];
  for (const inner of [prompt, input, inputs, question, query, body]) {
    if (typeof inner === "string" && inner.trim() !== "") return [asked(inner)];
    const found = isRecord(inner) || Array.isArray(inner) ? requestMessages(inner, depth + 1) : [];
    if (found.length > 0) return found;
  }
  return [];
}

function withStop(said: Said, choice: JsonRecord): Said {
  return { ...said, stop: said.stop || textOf(choice.finish_reason, choice.finishReason, choice.stop_reason) };
}

function assistant(value: unknown): Said {
  const message = recordOf(value);
  return readSaid("role" in message ? message : { ...message, role: "assistant" });
}

// Of several choices the first is the answer; the others are what it could have been.
function choiceMessages(choices: readonly unknown[]): readonly Said[] {
  const choice = recordOf(choices[0]);
  if (isRecord(choice.message)) return [withStop(assistant(choice.message), choice)];
  return typeof choice.text === "string" ? [withStop(answered(choice.text), choice)] : [];
}

// A stream was recorded piece by piece: the words of the pieces stand side by side.
function candidateMessages(chunks: readonly unknown[]): readonly Said[] {
  const candidates = chunks.map((chunk) => recordOf(listOf(recordOf(chunk).candidates)[0]));
  const words = candidates.map(({ content }) => contentWords(content));
  const stop = textOf(...candidates.map(({ finishReason, finish_reason }) => finishReason ?? finish_reason).reverse());
  const said = answered(words.map(({ text }) => text).join(""), stop);
  return [{ ...said, calls: words.some(({ calls }) => calls) }];
}

/** The messages of a response: choices, candidates, generations, output items, or the bare words. */
export function responseMessages(value: unknown, depth = 0): readonly Said[] {
  const response = fromJson(value);
  if (typeof response === "string") return response.trim() === "" ? [] : [answered(response)];
  if (Array.isArray(response)) {
    if (response.some((one) => "candidates" in recordOf(one))) return candidateMessages(response);
    return readMessages(response);
  }
  const {
    choices,
    candidates,
    generations,
    output,
    content,
    message,
    response: inner,
    text,
    body,
  } = recordOf(response);
  if (Array.isArray(choices)) return choiceMessages(choices);
  if (Array.isArray(candidates)) return candidateMessages([response]);
  if (Array.isArray(generations)) {
    const generation = recordOf(listOf(generations[0])[0] ?? generations[0]);
    return [isRecord(generation.message) ? assistant(generation.message) : answered(textOf(generation.text))];
  }
  if (Array.isArray(output)) return readMessages(output);
  if (content !== undefined) return [assistant(response)];
  for (const one of [message, inner, output, text, body]) {
    if (typeof one === "string") return one.trim() === "" ? [] : [answered(one)];
    if (isRecord(one) && depth < deepest) return responseMessages(one, depth + 1);
  }
  return readMessages(response);
}
