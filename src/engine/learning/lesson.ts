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

/** What the work was: the kinds a lesson can be. */
export type LessonKind = "task_completion" | "error_resolution" | "inference" | "agent_step" | "conversation" | "span";

/** How the work ended; only `success` is taught. */
export type WorkOutcome = "success" | "partial" | "failed";

/** One piece of work as a dialect reads it: complete, but neither judged nor redacted. */
export interface Draft {
  readonly patternId: string;
  readonly kind: LessonKind;
  readonly prompt: string;
  readonly response: string;
  readonly backend: string;
  readonly iterations: number;
  /** ISO 8601 in UTC, or an empty string where the line has none. */
  readonly timestamp: string;
  readonly successMetrics: Readonly<Record<string, number>>;
  readonly outcome: WorkOutcome;
  /** The user's own verdict: 1 good, -1 bad, 0 neutral, null not given. */
  readonly feedback: -1 | 0 | 1 | null;
}

/** A draft that passed every rule, redacted and named by the hash of its words. */
export interface Lesson extends Draft {
  readonly id: string;
  readonly origin: Address;
}

/** Longest prompt kept, in characters (original system, June 2026 limit). */
export const maxPromptChars = 4000;
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

/** Why work must not be taught whatever its words are: it was not successful, or took more than 5 iterations. */
export function refusalOfWork(draft: Pick<Draft, "outcome" | "iterations">): Reason | null {
  if (draft.outcome !== "success") return "not_successful";
  return draft.iterations > 5 ? "too_many_iterations" : null;
}

/**
 * Why a draft must not be taught, or null when it may: only successful work, at most 5 iterations,
 * a prompt over 20 characters, a response over 10, and the two not the same (original system, quality filter).
 */
export function refusal(draft: Draft): Reason | null {
  const hopeless = refusalOfWork(draft);
  if (hopeless !== null) return hopeless;
  const prompt = draft.prompt.trim();
  const response = draft.response.trim();
  if (prompt.length <= 20) return "prompt_too_short";
  if (response.length <= 10) return "response_too_short";
  if (prompt === response) return "prompt_equals_response";
  return null;
}
