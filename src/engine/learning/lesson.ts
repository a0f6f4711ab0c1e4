import { hash } from "node:crypto";
import type { Reason } from "./formats/reasons.ts";

/** Where a line stands: its file, which generation of that name, and the bytes it takes. */
export interface Address {
  readonly file: string;
  /** Device and inode of the file that held the line, as `dev:ino`. */
  readonly inode: string;
  readonly offset: number;
  readonly bytes: number;
}

/** The kinds a lesson can be. */
export const lessonKinds = [
  "task_completion",
  "error_resolution",
  "inference",
  "agent_step",
  "conversation",
  "span",
] as const;

/** What the work was: one of these kinds. */
export type LessonKind = (typeof lessonKinds)[number];

/** How the work ended; only `success` is taught. */
export type WorkOutcome = "success" | "partial" | "failed";

/** What a dialect knows of how work ended; what it does not know it leaves empty. `success.ts` judges it. */
export interface Ending {
  /** What the producer itself says of the work; null where it says nothing. */
  readonly said: WorkOutcome | null;
  /** Why the model stopped, in its provider's word (`end_turn`, `length`, …); empty where that was not recorded. */
  readonly stop: string;
  /** The error that was recorded; empty where there was none. */
  readonly error: string;
  /** Whether the last command or tool of the work failed. */
  readonly failing: boolean;
  /** How long the model took; null where nobody measured it. */
  readonly latencyMs: number | null;
  /** Tokens of the answer; null where nobody counted them. */
  readonly tokensOut: number | null;
  /** Whether a person or an agent asked; a program's own reports are no questions. */
  readonly asked: boolean;
}

/** An ending of which nothing is known. */
export const unknownEnding: Ending = {
  said: null,
  stop: "",
  error: "",
  failing: false,
  latencyMs: null,
  tokensOut: null,
  asked: true,
};

/** The bytes of a file from a question to the end of its answer. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** The words of a piece of work and what belongs to them. */
export interface Words {
  readonly patternId: string;
  readonly kind: LessonKind;
  readonly prompt: string;
  readonly response: string;
  readonly backend: string;
  readonly iterations: number;
  /** ISO 8601 in UTC, or an empty string where the line has none. */
  readonly timestamp: string;
  readonly successMetrics: Readonly<Record<string, number>>;
  /** The user's own verdict: 1 good, -1 bad, 0 neutral, null not given. */
  readonly feedback: -1 | 0 | 1 | null;
}

/** One piece of work as a dialect reads it: complete, but neither judged nor redacted. */
export interface Draft extends Words {
  readonly ending: Ending;
}

/** Work that passed every rule, redacted and named by the hash of its words. */
export interface Lesson extends Words {
  readonly id: string;
  /** The bytes that hold its question and its answer, from the first to the last. */
  readonly origin: Address;
}

/**
 * Work that a person rejected, redacted like a lesson; it is never taught, and whatever was taught of these words is
 * withdrawn. With the answer that was accepted instead it makes a preference pair.
 */
export interface Negative extends Lesson {
  /** The accepted answer to the same question; empty while there is none. */
  readonly chosen: string;
}

/** Longest prompt kept, in characters (original system, June 2026 limit). */
export const maxPromptChars = 4000;
/** UTF-16 units kept of an answer while its turn is open. */
export const keptUnits = 24_000;
/** Longest response kept, in characters (original system, June 2026 limit). */
export const maxResponseChars = 12_000;

/**
 * The name of a lesson: SHA-256, 64 hex digits, of its lower-cased trimmed prompt and response.
 * Two lessons with the same words are the same lesson, whoever wrote them and when.
 */
export function lessonId(prompt: string, response: string): string {
  return hash("sha256", `${prompt.trim().toLowerCase()}\n${response.trim().toLowerCase()}`, "hex");
}

/** The lesson's name as a UUID (its first 128 bits, version 8), for stores that want one. */
export function lessonUuid(id: string): string {
  const variant = ((Number.parseInt(id.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-8${id.slice(13, 16)}-${variant}${id.slice(17, 20)}-${id.slice(20, 32)}`;
}

/**
 * Why words must not be taught, or null when they may: a prompt over 20 characters, a response over 10, and the two not
 * the same (original system, quality filter). A shorter response is taken where it names something that is no plain
 * word, such as a flag or a path: "Use ls -S" is an answer.
 */
export function refusalOfWords({ prompt, response }: Pick<Words, "prompt" | "response">): Reason | null {
  const [question, answer] = [prompt.trim(), response.trim()];
  if (question.length <= 20) return "prompt_too_short";
  if (answer.length <= 10 && !/\p{L}{2}.*(?:^|\s)\S*[^\p{L}\s.,;:!?'"]/su.test(answer)) return "response_too_short";
  const isSame = question.length === answer.length && question.toLowerCase() === answer.toLowerCase();
  return isSame ? "prompt_equals_response" : null;
}
