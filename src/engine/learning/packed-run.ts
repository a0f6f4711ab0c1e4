import type { JsonRecord } from "./formats/dialect.ts";
import type { Turn } from "./formats/shapes.ts";
import { because, type Learned, type LearnedLine, type Origin } from "./learn.ts";
import type { Lesson } from "./lesson.ts";
import { prepare } from "./prepare.ts";
import { keepPrepared, type Prepared } from "./prepared.ts";

/** What a line that teaches nothing is refused for. */
interface Refused {
  readonly reason: string;
  readonly bad: boolean;
}

/** A lesson without its place, which its line says. */
type Placeless = Omit<Lesson, "origin">;

/**
 * What a run of lines taught, in a form that goes from one thread to another at little cost: numbers for most lines, one
 * list for each part of a lesson. `codes` has one number a line: the number of its refusal, or `taught` for one lesson,
 * or `mixed` for several outcomes, which `others` has in order, null standing for the next lesson.
 */
export interface PackedRun {
  readonly file: string;
  /** The conversation open before it. */
  readonly before: Turn | null;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lineBytes: Uint32Array;
  readonly codes: Int32Array;
  readonly refusals: readonly Refused[];
  readonly others: readonly (readonly (Refused | null)[])[];
  /** The lines after which another conversation is open than before. */
  readonly turns: readonly { readonly line: number; readonly turn: Turn | null }[];
  readonly tasks: readonly { readonly line: number; readonly task: JsonRecord }[];
  readonly lessons: { readonly [Part in keyof Placeless]: readonly Placeless[Part][] };
  readonly prepared: Prepared;
}

const taught = -1;
const mixed = -2;

function columnsOf(lessons: readonly Lesson[]): PackedRun["lessons"] {
  return {
    id: lessons.map(({ id }) => id),
    patternId: lessons.map(({ patternId }) => patternId),
    kind: lessons.map(({ kind }) => kind),
    prompt: lessons.map(({ prompt }) => prompt),
    response: lessons.map(({ response }) => response),
    backend: lessons.map(({ backend }) => backend),
    iterations: lessons.map(({ iterations }) => iterations),
    timestamp: lessons.map(({ timestamp }) => timestamp),
    successMetrics: lessons.map(({ successMetrics }) => successMetrics),
    outcome: lessons.map(({ outcome }) => outcome),
    feedback: lessons.map(({ feedback }) => feedback),
  };
}

/** Packs what `bytes` taught after the conversation `before`, and makes for its lessons what sinks need. */
export function packRun(
  bytes: Uint8Array<ArrayBuffer>,
  lines: readonly LearnedLine[],
  file: string,
  before: Turn | null,
): PackedRun {
  const lineBytes = new Uint32Array(lines.length);
  const codes = new Int32Array(lines.length);
  const refusals = new Map<string, number>();
  const said: Refused[] = [];
  const others: (Refused | null)[][] = [];
  const turns: { line: number; turn: Turn | null }[] = [];
  const tasks: { line: number; task: JsonRecord }[] = [];
  const lessons: Lesson[] = [];
  const numberOf = ({ reason, bad }: Refused) => {
    const key = `${bad} ${reason}`;
    const number = refusals.get(key) ?? said.push({ reason, bad }) - 1;
    refusals.set(key, number);
    return number;
  };
  let open = before;
  for (const [line, { bytes: length, outcomes, turn, task }] of lines.entries()) {
    lineBytes[line] = length;
    const [first] = outcomes;
    for (const outcome of outcomes) if ("lesson" in outcome) lessons.push(outcome.lesson);
    if (outcomes.length === 1 && first) codes[line] = "lesson" in first ? taught : numberOf(first);
    else {
      codes[line] = mixed;
      others.push(outcomes.map((outcome) => ("lesson" in outcome ? null : outcome)));
    }
    if (turn !== open) turns.push({ line, turn });
    open = turn;
    if (task) tasks.push({ line, task });
  }
  const prepared = prepare(lessons);
  const columns = columnsOf(lessons);
  return { file, before, bytes, lineBytes, codes, refusals: said, others, turns, tasks, lessons: columns, prepared };
}

/** The memory that can be given away with a packed run instead of being copied. */
export function memoryOf({ bytes, lineBytes, codes, prepared }: PackedRun): ArrayBuffer[] {
  const arrays = [bytes, lineBytes, codes, ...Object.values(prepared)];
  return arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}

/** The lines of a packed run, just as they were before it was packed, whose first line stands at `offset`. */
export function unpackRun(packed: PackedRun, offset: number, origin: Origin, before: Turn | null): LearnedLine[] {
  const { lineBytes, codes, refusals, others, turns, tasks, lessons: parts, prepared } = packed;
  const plain = refusals.map(({ reason, bad }) => because(reason, bad));
  const lines: LearnedLine[] = [];
  let [at, open, lesson, other, turnAt, taskAt] = [offset, before, 0, 0, 0, 0];
  const nextLesson = (bytes: number): Learned => {
    const index = lesson++;
    const made: Lesson = {
      patternId: parts.patternId[index] ?? "",
      kind: parts.kind[index] ?? "inference",
      prompt: parts.prompt[index] ?? "",
      response: parts.response[index] ?? "",
      backend: parts.backend[index] ?? "",
      iterations: parts.iterations[index] ?? 0,
      timestamp: parts.timestamp[index] ?? "",
      successMetrics: parts.successMetrics[index] ?? {},
      outcome: parts.outcome[index] ?? "success",
      feedback: parts.feedback[index] ?? null,
      id: parts.id[index] ?? "",
      origin: { file: origin.file, inode: origin.inode, offset: at, bytes },
    };
    keepPrepared(made, prepared, index);
    return { lesson: made };
  };
  for (let line = 0; line < codes.length; line++) {
    const bytes = lineBytes[line] ?? 0;
    const code = codes[line] ?? 0;
    let outcomes: readonly Learned[];
    if (code === taught) outcomes = [nextLesson(bytes)];
    else if (code === mixed) outcomes = (others[other++] ?? []).map((one) => one ?? nextLesson(bytes));
    else outcomes = plain[code] ?? [];
    if (turns[turnAt]?.line === line) open = turns[turnAt++]?.turn ?? null;
    const task = tasks[taskAt]?.line === line ? (tasks[taskAt++]?.task ?? null) : null;
    lines.push({ offset: at, bytes, outcomes, turn: open, task });
    at += bytes;
  }
  return lines;
}
