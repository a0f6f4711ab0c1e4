import { isAscii, isUtf8 } from "node:buffer";
import type { JsonRecord, Outcome } from "./formats/dialect.ts";
import { readRecord } from "./formats/read.ts";
import type { Turn } from "./formats/shapes.ts";
import type { Draft, Lesson } from "./lesson.ts";
import { lessonId, maxPromptChars, maxResponseChars, refusal, refusalOfWork } from "./lesson.ts";
import { redact } from "./redact.ts";

/** What one event came to: a lesson, or the reason why not; `bad` marks a line that should not have been written. */
export type Learned = { readonly lesson: Lesson } | { readonly reason: string; readonly bad: boolean };

/** A line and all that was learned from it. */
export interface LearnedLine {
  readonly offset: number;
  readonly bytes: number;
  readonly outcomes: readonly Learned[];
  /** The conversation open after this line. */
  readonly turn: Turn | null;
  /** The record of a completed task, from which proposals are made; null for every other line. */
  readonly task: JsonRecord | null;
}

/** Where a run of lines comes from. */
export interface Origin {
  readonly file: string;
  readonly inode: string;
}

const plain = new Map<string, readonly Learned[]>();

// Most lines teach nothing for one of few reasons: one shared array for each.
function because(reason: string, bad: boolean): readonly Learned[] {
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
  return { offset, bytes, outcomes, turn: reading.turn, task: isTask(value) ? value : null };
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

/** A small memory of what runs of lines taught, so that sinks that keep step parse each run once. */
export interface LearnMemory {
  /** The lines of a run, and a copy of its bytes that nobody changes. */
  learn(bytes: Buffer, offset: number, origin: Origin, turn: Turn | null): LearnedRun;
}

/** What a run of lines taught, with its bytes. */
export interface LearnedRun {
  readonly bytes: Buffer;
  readonly lines: readonly LearnedLine[];
}

/** Remembers the last few runs, by content: a run counts as the same only when every byte is. */
export function openLearnMemory(runs: number, maxLineBytes: number): LearnMemory {
  const kept: (LearnedRun & { offset: number; origin: Origin; turn: string })[] = [];
  return {
    learn(bytes, offset, origin, turn) {
      const turnText = turn === null ? "" : JSON.stringify(turn);
      const known = kept.find(
        (run) =>
          run.offset === offset &&
          run.origin.inode === origin.inode &&
          run.origin.file === origin.file &&
          run.turn === turnText &&
          run.bytes.equals(bytes),
      );
      if (known) return known;
      const lines = learnLines(bytes, offset, origin, turn, maxLineBytes);
      const run = { bytes: Buffer.from(bytes), offset, origin, turn: turnText, lines };
      kept.push(run);
      if (kept.length > runs) kept.shift();
      return run;
    },
  };
}
