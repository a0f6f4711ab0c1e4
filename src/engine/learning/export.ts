import { hash } from "node:crypto";
import { wellFormed } from "../base/text.ts";
import { readTime } from "../base/time.ts";
import { Failure } from "../errors.ts";
import type { labelFormats, pairFormats, preferenceFormats } from "./export-format.ts";
import type { Lesson } from "./lesson.ts";
import { type Message, type Pair, pairShape } from "./shapes.ts";

const coding = "You are an expert coding assistant. Provide clear, correct and complete solutions.";
const debugging = "You are an expert at debugging. Explain the cause of an error and how to fix it.";
const [errorBefore, errorAfter] = ["I ran into this error:\n\n", "\n\nHow do I fix this?"] as const;

/** The messages before the answer to a question of a kind. */
export function promptMessages({ kind, prompt }: Pick<Lesson, "kind" | "prompt">): Message[] {
  const asked = wellFormed(prompt);
  if (kind === "task_completion") return [system(coding), { role: "user", content: asked }];
  if (kind !== "error_resolution") return [{ role: "user", content: asked }];
  return [system(debugging), { role: "user", content: `${errorBefore}${asked}${errorAfter}` }];
}

function system(content: string): Message {
  return { role: "system", content };
}

function answer(content: string): Message {
  return { role: "assistant", content: wellFormed(content) };
}

/** The words of the lesson in a pair, or null where no kind of lesson is written so. */
export function wordsOfPair({ messages, metadata }: Pair): { prompt: string; response: string } | null {
  const question = messages.find(({ role }) => role === "user")?.content;
  const answer = messages.find(({ role }) => role === "assistant")?.content;
  if (question === undefined || answer === undefined) return null;
  if (metadata.interaction_type !== "error_resolution") return { prompt: question, response: answer };
  const isWhole = question.startsWith(errorBefore) && question.endsWith(errorAfter);
  return isWhole ? { prompt: question.slice(errorBefore.length, -errorAfter.length), response: answer } : null;
}

/**
 * A lesson as one line of chat fine-tuning JSONL, without its newline. Every line has the same columns with the same
 * types, so that loaders that infer them from the first lines can read all: what has free names is JSON in a string.
 */
export function datasetLine(lesson: Lesson): string {
  return JSON.stringify({
    messages: [...promptMessages(lesson), answer(lesson.response)],
    metadata: {
      pattern_id: wellFormed(lesson.patternId),
      interaction_type: lesson.kind,
      backend: wellFormed(lesson.backend),
      iterations: Math.trunc(lesson.iterations),
      // Loaders read a time without milliseconds as a time and one with them as text.
      timestamp: readTime(lesson.timestamp),
      success_metrics: wellFormed(JSON.stringify(lesson.successMetrics)),
      lesson_id: lesson.id,
    },
  });
}

/**
 * One line of the dataset, or null when it is no pair of this program. Lines of earlier versions, with success metrics
 * that are no string and with half characters, are understood as well.
 */
export function parseDatasetLine(line: string): Pair | null {
  try {
    const parsed = pairShape.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The question of a pair, without the words that were put around an error. */
export function questionOf(pair: Pair): string {
  const asked = said(pair.messages, "user");
  const wrapped = pair.metadata.interaction_type === "error_resolution" && asked.startsWith(errorBefore);
  return wrapped && asked.endsWith(errorAfter) ? asked.slice(errorBefore.length, -errorAfter.length) : asked;
}

function said(messages: readonly Message[], role: string): string {
  return messages.find((message) => message.role === role)?.content ?? "";
}

const speakers: Readonly<Record<string, string>> = { system: "system", user: "human", assistant: "gpt" };

/** A pair as one line of a trainer's format: OpenAI chat, ShareGPT or Alpaca. */
export function pairLine({ messages }: Pair, format: (typeof pairFormats)[number]): string {
  if (format === "openai") return JSON.stringify({ messages });
  if (format === "sharegpt") {
    const conversations = messages.map(({ role, content }) => ({ from: speakers[role] ?? role, value: content }));
    return JSON.stringify({ conversations });
  }
  const [instruction, output] = [said(messages, "user"), said(messages, "assistant")];
  return JSON.stringify({ instruction, input: "", output, system: said(messages, "system") });
}

/** A question with the answer that was accepted and the one that was rejected. */
export interface Preference {
  readonly prompt: readonly Message[];
  readonly chosen: string;
  readonly rejected: string;
}

/** A preference as one line, of texts or of messages. */
export function preferenceLine(one: Preference, format: (typeof preferenceFormats)[number]): string {
  const [prompt, chosen, rejected] = [one.prompt, answer(one.chosen), answer(one.rejected)];
  if (format === "dpo-chat") return JSON.stringify({ prompt, chosen: [chosen], rejected: [rejected] });
  return JSON.stringify({ prompt: said(prompt, "user"), chosen: chosen.content, rejected: rejected.content });
}

/** A question with one answer, and whether it was accepted. */
export interface Labelled {
  readonly prompt: readonly Message[];
  readonly completion: string;
  readonly label: boolean;
}

/** A labelled answer as one line, of texts or of messages. */
export function labelLine(one: Labelled, format: (typeof labelFormats)[number]): string {
  const [prompt, completion] = [one.prompt, answer(one.completion)];
  if (format === "kto-chat") return JSON.stringify({ prompt, completion: [completion], label: one.label });
  return JSON.stringify({ prompt: said(prompt, "user"), completion: completion.content, label: one.label });
}

/** A pair as a labelled answer that was accepted. */
export function acceptedOf({ messages }: Pair): Labelled {
  const prompt = messages.filter(({ role }) => role !== "assistant");
  return { prompt, completion: said(messages, "assistant"), label: true };
}

/** Whether a row belongs to validation: by the hash of its split key, so that what shares one stays on one side. */
export function inValidation(key: string, share: number): boolean {
  if (!(share >= 0 && share < 1)) {
    throw new Failure("usage", {
      what: "The dataset was not split",
      why: `${share} is not a share from 0 to below 1`,
      hint: "Type: aistack dataset export --validation 0.1",
    });
  }
  return hash("sha256", key, "buffer").readUInt32BE(0) / 2 ** 32 < share;
}
