import { isAscii, isUtf8 } from "node:buffer";
import { type Aliases, noAliases } from "./aliases.ts";
import { cleanLabel, cleanText, cutClean } from "./clean.ts";
import { settle } from "./formats/conversation.ts";
import type { JsonRecord, Outcome, Work } from "./formats/dialect.ts";
import { readRecord } from "./formats/read.ts";
import type { Reason } from "./formats/reasons.ts";
import type { Turn, Turns } from "./formats/shapes.ts";
import {
  type ByteRange,
  type Draft,
  type Lesson,
  maxPromptChars,
  maxResponseChars,
  type Negative,
  refusalOfWords,
  type Words,
} from "./lesson.ts";
import { refusal, refusalOfEnding } from "./success.ts";
import { withoutThoughts } from "./thoughts.ts";

/** Why an event teaches nothing; `bad` marks a line that should not have been written. */
export interface Refused {
  readonly reason: Reason;
  readonly bad: boolean;
  /** The rejected work itself, to be kept as a negative. */
  readonly negative?: Negative;
  /** Names of rejected answers whose question this one answers better, and its words. */
  readonly chosen?: { readonly negatives: readonly string[]; readonly response: string };
}

/** What one event came to: a lesson, or the reason why not; `withdraws` names what was taught before and is no more. */
export type Learned = ({ readonly lesson: Lesson } | Refused) & { readonly withdraws?: string };

/** A line and all that was learned from it. */
export interface LearnedLine {
  readonly offset: number;
  readonly bytes: number;
  readonly outcomes: readonly Learned[];
  /** The name of the dialect it is written in; empty where none knows it. */
  readonly dialect: string;
  /** The conversations open after this line. */
  readonly turns: Turns;
  /** What the record of a completed task says beside its words, for proposals; null for every other line. */
  readonly task: JsonRecord | null;
}

/** Where a run of lines comes from. */
export interface Origin {
  readonly file: string;
  readonly inode: string;
}

/** Where lines come from, and the names under which their lessons are kept. */
interface Known {
  readonly origin: Origin;
  readonly aliases: Aliases;
}

const plain = new Map<string, readonly Learned[]>();

// Most lines teach nothing for one of few reasons: one shared array for each.
function because(reason: Reason, bad: boolean): readonly Learned[] {
  const key = bad ? `!${reason}` : reason;
  const known = plain.get(key);
  if (known) return known;
  const made = [{ reason, bad }];
  plain.set(key, made);
  return made;
}

function clean({ ending: _, ...draft }: Draft, isClean: boolean): Words {
  const keep = isClean ? cutClean : cleanText;
  return {
    ...draft,
    patternId: cleanText(draft.patternId, 200),
    backend: cleanLabel(draft.backend),
    prompt: keep(draft.prompt, maxPromptChars),
    response: keep(draft.response, maxResponseChars),
  };
}

function named(words: Words, { origin, aliases }: Known, { from, to }: ByteRange): Lesson {
  const address = { file: origin.file, inode: origin.inode, offset: from, bytes: to - from };
  return { ...words, id: aliases.nameOf(words.prompt, words.response), origin: address };
}

// The better answer that came with a rejected one, as it may be kept; empty where it is no answer itself.
function acceptedIn({ draft, isClean, chosen = "" }: Work): string {
  const response = withoutThoughts(chosen);
  if (response.trim() === "" || refusal({ ...draft, response }) !== null) return "";
  return (isClean === true ? cutClean : cleanText)(response, maxResponseChars);
}

// A person's own verdict on an event counts as a rejection in a conversation does.
function refine(work: Work, known: Known, line: ByteRange): Learned {
  const { draft: raw, isClean, range, rejected, replaces, corrects } = work;
  const response = withoutThoughts(raw.response);
  const draft = response === raw.response ? raw : { ...raw, response };
  const withdraws = replaces === undefined ? {} : { withdraws: replaces };
  const isNegative = rejected === true || draft.feedback === -1;
  const ended = refusalOfEnding(draft);
  if (ended !== null && !isNegative) return { reason: ended, bad: false, ...withdraws };
  if (response === "" && raw.response !== "") return { reason: "cut_off", bad: false, ...withdraws };
  const refused = refusal(draft);
  if (refused !== null && !isNegative) return { reason: refused, bad: false, ...withdraws };
  const words = clean(draft, isClean === true);
  const reason = refused ?? refusalOfWords(words);
  if (isNegative) {
    const negative = { ...named(words, known, range ?? line), chosen: acceptedIn(work) };
    // What failed by itself tells nothing of what people prefer.
    const worthKeeping = reason === null;
    return { reason: "rejected_by_user", bad: false, ...(worthKeeping ? { negative } : {}), ...withdraws };
  }
  if (reason !== null) return { reason, bad: false, ...withdraws };
  if (corrects !== undefined) {
    return {
      reason: "answers_rejection",
      bad: false,
      chosen: { negatives: corrects.map(known.aliases.idOf), response: words.response },
      ...withdraws,
    };
  }
  const lesson = named(words, known, range ?? line);
  return lesson.id === replaces ? { lesson } : { lesson, ...withdraws };
}

function judge(outcomes: readonly Outcome[], known: Known, line: ByteRange): readonly Learned[] {
  const [first] = outcomes;
  if (outcomes.length === 1 && first && "reason" in first && first.replaces === undefined) {
    return because(first.reason, first.bad === true);
  }
  return outcomes.map((outcome) => {
    if ("draft" in outcome) return refine(outcome, known, line);
    const withdraws = outcome.replaces === undefined ? {} : { withdraws: outcome.replaces };
    return { reason: outcome.reason, bad: outcome.bad === true, ...withdraws };
  });
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

const byteOrderMark = 0xfeff;

function learnText(text: string, offset: number, bytes: number, known: Known, turns: Turns): LearnedLine {
  const bare = text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(bare);
  } catch {
    const blank = bare.trim() === "";
    const outcomes = because(blank ? "empty_line" : "malformed_json", !blank);
    return { offset, bytes, outcomes, dialect: "", turns, task: null };
  }
  const line = { from: offset, to: offset + bytes };
  const reading = readRecord(value, turns, line);
  const outcomes = judge(reading.outcomes, known, line);
  const task = isTask(value) ? taskFacts(value) : null;
  return { offset, bytes, outcomes, dialect: reading.dialect, turns: reading.turns, task };
}

/** A line that was too long to be read. */
export function learnTooLong(offset: number, bytes: number, turns: Turns): LearnedLine {
  return { offset, bytes, outcomes: because("line_too_long", true), dialect: "", turns, task: null };
}

/** What a turn came to that nothing has followed for a while, and the turn as it stays open. */
export interface SettledTurn {
  readonly learned: Learned;
  readonly turn: Turn;
}

/** Decides a turn because nothing follows it for the time being; null where there is nothing new to decide. */
export function settleTurn(turn: Turn, origin: Origin, aliases = noAliases): SettledTurn | null {
  const outcome = settle(turn);
  const [learned] = outcome === null ? [] : judge([outcome], { origin, aliases }, turn);
  if (learned === undefined) return null;
  return { learned, turn: { ...turn, settled: true, taught: "lesson" in learned ? learned.lesson.id : "" } };
}

/**
 * Everything that a run of whole lines teaches, line by line; pure. `offset` is where the first line stands in its
 * file, `turns` the conversations that are open there, `aliases` the names of lessons that were redacted anew.
 */
export function learnLines(
  bytes: Buffer,
  offset: number,
  origin: Origin,
  turns: Turns,
  maxLineBytes: number,
  aliases = noAliases,
): LearnedLine[] {
  const known = { origin, aliases };
  const lines: LearnedLine[] = [];
  const ascii = isAscii(bytes);
  const valid = ascii || isUtf8(bytes);
  const whole = ascii ? bytes.toString("latin1") : "";
  let open = turns;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    const stop = end < 0 ? bytes.length : end;
    const length = stop + 1 - start;
    let line: LearnedLine;
    if (length > maxLineBytes) line = learnTooLong(offset + start, length, open);
    else if (ascii) line = learnText(whole.slice(start, stop), offset + start, length, known, open);
    else if (valid || isUtf8(bytes.subarray(start, stop)))
      line = learnText(bytes.toString("utf8", start, stop), offset + start, length, known, open);
    else
      line = {
        offset: offset + start,
        bytes: length,
        outcomes: because("invalid_utf8", true),
        dialect: "",
        turns: open,
        task: null,
      };
    lines.push(line);
    open = line.turns;
    start = stop + 1;
  }
  return lines;
}
