import { createHash } from "node:crypto";
import { Failure } from "../errors.ts";
import type { ExportFormat } from "./export-format.ts";
import type { Lesson } from "./lesson.ts";
import { pairShape } from "./shapes.ts";

const coding = "You are an expert coding assistant. Provide clear, correct and complete solutions.";
const debugging = "You are an expert at debugging. Explain the cause of an error and how to fix it.";
const beforeError = "I ran into this error:\n\n";
const afterError = "\n\nHow do I fix this?";

/** One message of a training pair. */
export interface Message {
  readonly role: string;
  readonly content: string;
}

/** One line of the dataset. */
export interface Pair {
  readonly messages: readonly Message[];
  readonly metadata: { readonly pattern_id: string; readonly lesson_id: string; readonly [key: string]: unknown };
}

function messagesOf({ kind, prompt, response }: Lesson): Message[] {
  const answer = { role: "assistant", content: response };
  if (kind === "task_completion") {
    return [{ role: "system", content: coding }, { role: "user", content: prompt }, answer];
  }
  if (kind === "error_resolution") {
    const content = `${beforeError}${prompt}${afterError}`;
    return [{ role: "system", content: debugging }, { role: "user", content }, answer];
  }
  return [{ role: "user", content: prompt }, answer];
}

/** The words of the lesson in a pair, or null where no kind of lesson is written so. */
export function wordsOfPair({ messages, metadata }: Pair): { prompt: string; response: string } | null {
  const question = messages.find(({ role }) => role === "user")?.content;
  const answer = messages.find(({ role }) => role === "assistant")?.content;
  if (question === undefined || answer === undefined) return null;
  if (metadata.interaction_type !== "error_resolution") return { prompt: question, response: answer };
  const isWhole = question.startsWith(beforeError) && question.endsWith(afterError);
  return isWhole ? { prompt: question.slice(beforeError.length, -afterError.length), response: answer } : null;
}

/** A lesson as one line of chat fine-tuning JSONL, without its newline. */
export function datasetLine(lesson: Lesson): string {
  return JSON.stringify({
    messages: messagesOf(lesson),
    metadata: {
      pattern_id: lesson.patternId,
      interaction_type: lesson.kind,
      backend: lesson.backend,
      iterations: lesson.iterations,
      timestamp: lesson.timestamp,
      success_metrics: lesson.successMetrics,
      lesson_id: lesson.id,
    },
  });
}

/** One line of the dataset, or null when it is no pair of this program. */
export function parseDatasetLine(line: string): Pair | null {
  try {
    const parsed = pairShape.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const speakers: Readonly<Record<string, string>> = { system: "system", user: "human", assistant: "gpt" };

/** A pair as one line of a trainer's format: OpenAI chat, ShareGPT or Alpaca. */
export function exportLine(pair: Pair, format: ExportFormat): string {
  const said = (role: string) => pair.messages.find((message) => message.role === role)?.content ?? "";
  if (format === "openai") return JSON.stringify({ messages: pair.messages });
  if (format === "sharegpt") {
    const conversations = pair.messages.map(({ role, content }) => ({ from: speakers[role] ?? role, value: content }));
    return JSON.stringify({ conversations });
  }
  const system = said("system");
  return JSON.stringify({
    instruction: said("user"),
    input: "",
    output: said("assistant"),
    ...(system === "" ? {} : { system }),
  });
}

/** Whether a pair belongs to validation: by the hash of its cluster, so near-duplicates stay on one side. */
export function inValidation(cluster: string, share: number): boolean {
  if (!(share >= 0 && share < 1)) {
    throw new Failure("usage", {
      what: "The dataset was not split",
      why: `${share} is not a share from 0 to below 1`,
      hint: "Type: aistack dataset export --validation 0.1",
    });
  }
  return createHash("sha256").update(cluster).digest().readUInt32BE(0) / 2 ** 32 < share;
}
