import { isAscii, isUtf8 } from "node:buffer";
import type { JsonRecord, Outcome } from "./formats/dialect.ts";
import { readRecord } from "./formats/read.ts";
import type { Turn } from "./formats/shapes.ts";
import type { Draft, Lesson } from "./lesson.ts";
import { lessonId, maxPromptChars, maxResponseChars, refusal, refusalOfWork } from "./lesson.ts";
import { redact } from "./redact/redact.ts";

/** What one event came to: a lesson, or the reason why not; `bad` marks a line that should not have been written. */
export type Learned = { readonly lesson: Lesson } | { readonly reason: string; readonly bad: boolean };

/** A line and all that was learned from it. */
export interface LearnedLine {
  readonly offset: number;
  readonly bytes: number;
  readonly outcomes: readonly Learned[];
  /** The conversation open after this line. */
  readonly turn: Turn | null;
  /** What the record of a completed task says beside its words, for proposals; null for every other line. */
  readonly task: JsonRecord | null;
}

/** Where a run of lines comes from. */
export interface Origin {
  readonly file: string;
  readonly inode: string;
}

const plain = new Map<string, readonly Learned[]>();

// Most lines teach nothing for one of few reasons: one shared array for each.
/** The outcome of a line that teaches nothing, shared by all lines with the same reason. */
export function because(reason: string, bad: boolean): readonly Learned[] {
  const key = bad ? `!${reason}` : reason;
  const known = plain.get(key);
  if (known) return known;
  const made = [{ reason, bad }];
  plain.set(key, made);
  return made;
}

function refine(draft: Draft, origin: Origin, offset: number, bytes: number): Learned {
  const hopeless = refusalOfWork(draft);
  if (hopeless !== null) return { reason: hopeless, bad: false };
  const prompt = redact(draft.prompt).slice(0, maxPromptChars);
  const response = redact(draft.response).slice(0, maxResponseChars);
  const clean: Draft = {
    ...draft,
    prompt,
    response,
    patternId: redact(draft.patternId),
    backend: redact(draft.backend),
  };
  const reason = refusal(clean);
  if (reason !== null) return { reason, bad: false };
  return {
    lesson: {
      ...clean,
      id: lessonId(prompt, response),
      origin: { file: origin.file, inode: origin.inode, offset, bytes },
    },
  };
}

function judge(outcomes: readonly Outcome[], origin: Origin, offset: number, bytes: number): readonly Learned[] {
  const [first] = outcomes;
  if (outcomes.length === 1 && first && "rejected" in first) return because(first.rejected, first.bad === true);
  return outcomes.map((outcome) =>
    "draft" in outcome
      ? refine(outcome.draft, origin, offset, bytes)
      : { reason: outcome.rejected, bad: outcome.bad === true },
  );
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTask(value: unknown): value is JsonRecord {
  return isRecord(value) && (value.event === "task_completed" || value.event_type === "task_completed");
}

// Proposals need little of a task, and its words may be long.
function taskFacts(record: JsonRecord): JsonRecord {
  const { task_id, total_iterations, adaptive_limit_used, task } = record;
  if (!isRecord(task)) return { task_id, total_iterations, adaptive_limit_used, task };
  const { prompt, backend, context } = task;
  const wordless = (value: unknown) => (typeof value === "string" ? "" : value);
  const facts = { prompt: wordless(prompt), backend: wordless(backend), context };
  return { task_id, total_iterations, adaptive_limit_used, task: facts };
}

function learnText(text: string, offset: number, bytes: number, origin: Origin, turn: Turn | null): LearnedLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const blank = text.trim() === "";
    return {
      offset,
      bytes,
      outcomes: because(blank ? "empty_line" : "malformed_json", !blank),
      turn,
      task: null,
    };
  }
  const reading = readRecord(value, turn);
  const outcomes = judge(reading.outcomes, origin, offset, bytes);
  return { offset, bytes, outcomes, turn: reading.turn, task: isTask(value) ? taskFacts(value) : null };
}

/** A line that was too long to be read. */
export function learnTooLong(offset: number, bytes: number, turn: Turn | null): LearnedLine {
  return { offset, bytes, outcomes: because("line_too_long", true), turn, task: null };
}

/**
 * Everything that a run of whole lines teaches, line by line; pure. `offset` is where the first line stands in its
 * file, `turn` the conversation that is open there.
 */
export function learnLines(
  bytes: Buffer,
  offset: number,
  origin: Origin,
  turn: Turn | null,
  maxLineBytes: number,
): LearnedLine[] {
  const lines: LearnedLine[] = [];
  const ascii = isAscii(bytes);
  const valid = ascii || isUtf8(bytes);
  const whole = ascii ? bytes.toString("latin1") : "";
  let open = turn;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    const stop = end < 0 ? bytes.length : end;
    const length = stop + 1 - start;
    let line: LearnedLine;
    if (length > maxLineBytes) line = learnTooLong(offset + start, length, open);
    else if (ascii) line = learnText(whole.slice(start, stop), offset + start, length, origin, open);
    else if (valid || isUtf8(bytes.subarray(start, stop)))
      line = learnText(bytes.toString("utf8", start, stop), offset + start, length, origin, open);
    else
      line = { offset: offset + start, bytes: length, outcomes: because("invalid_utf8", true), turn: open, task: null };
    lines.push(line);
    open = line.turn;
    start = stop + 1;
  }
  return lines;
}
