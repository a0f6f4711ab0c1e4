import { hash } from "node:crypto";
import { cleanLabel, cleanText, cutClean } from "../clean.ts";
import { type ByteRange, type Draft, keptUnits, lessonId, maxPromptChars, maxResponseChars } from "../lesson.ts";
import { rejects, undoes } from "../rejection.ts";
import { isCutOff, isFinished, saysNothing } from "../success.ts";
import { withoutThoughts } from "../thoughts.ts";
import { type Outcome, type Reading, reject, type Work } from "./dialect.ts";
import { typedBy } from "./harness.ts";
import type { Reason } from "./reasons.ts";
import type { Turn, Turns } from "./shapes.ts";

// A conversation's open turn, as a machine. One is open for each conversation (dialect and session) of a file.
//
//            ask                 answer              ask, idle, --once
//   (none) ───────→ asked ───────────────→ answered ───────────────────→ taught, or a reason why not
//                     ↑  tool (the words before it are not the answer)      │
//                     └──────────────────────┘                              │ it stays open as `taught`:
//            interrupt ───────→ (none)                                      │ more of an answer replaces the lesson,
//                                                                           │ a rejection in the next message withdraws it
//
// - Who may change it: only the functions below, which every dialect calls; all are pure.
// - Nothing is taught when an answer ends: what the person says next decides. `ask` closes the turn before it; where
//   nothing comes, the follower settles it (`settle`) after an idle time, or at the end of `learn --once`.
// - A turn is taught exactly once: what it was taught as stands in it (`taught`), and the cursor saves that.
// - Its words are redacted as they come in, because the cursor writes them down.
// - It cannot know a rejection that is told elsewhere, or later than the next message; and an answer that was taken back
//   because its turn went on is not taught again where the turn ends with those very words.

/** Conversations of one file that may be open at once; of more, the one opened first is closed. */
const openMost = 16;
/** UTF-16 units kept of the name of a session or a model. */
const nameUnits = 200;

/** Which conversation a line belongs to. */
export interface Talk {
  readonly dialect: string;
  readonly session: string;
}

/** The words of one message. */
export interface Message extends Talk {
  readonly text: string;
  /** ISO 8601 in UTC, or empty. */
  readonly at: string;
}

/** Words of an answer. */
export interface Answer extends Message {
  readonly model?: string;
  /** Why the model stopped, in its provider's word. */
  readonly stop?: string;
  /** An error in the place of an answer. */
  readonly error?: string;
  readonly tokensOut?: number | null;
  /** Whether these words are the whole answer, in the place of those before. */
  readonly whole?: boolean;
}

/** The name of a session as a cursor may keep it; two that are one when redacted stay two. */
export function cleanSession(session: string): string {
  const clean = cleanText(session, nameUnits);
  return clean === session ? session : `${clean}#${hash("sha256", session, "hex").slice(0, 12)}`;
}

/** The open turn of a conversation, or null. */
export function turnOf(turns: Turns, talk: Talk): Turn | null {
  const [dialect, session] = [talk.dialect, cleanSession(talk.session)];
  return turns.find((turn) => turn.session === session && turn.dialect === dialect) ?? null;
}

function put(turns: Turns, turn: Turn): Turns {
  return [...turns.filter((one) => one.session !== turn.session || one.dialect !== turn.dialect), turn];
}

function without(turns: Turns, gone: Turn): Turns {
  return turns.filter((turn) => turn !== gone);
}

function draftOfTurn(turn: Turn): Draft {
  return {
    patternId: `${turn.dialect.toLowerCase().replaceAll(" ", "-")}_${turn.session}_${turn.startedAt || turn.answeredAt}`,
    kind: "conversation",
    prompt: turn.corrects?.prompt ?? turn.prompt,
    response: turn.response,
    backend: turn.model,
    iterations: 1,
    timestamp: turn.answeredAt || turn.startedAt,
    successMetrics: { tool_calls: turn.steps, tool_failures: turn.failures },
    feedback: null,
    ending: {
      said: null,
      stop: turn.stop,
      error: turn.error,
      failing: turn.failing,
      latencyMs: null,
      tokensOut: turn.tokensOut,
      asked: turn.asked,
    },
  };
}

function replaced({ taught }: Turn) {
  return taught === "" ? {} : { replaces: taught };
}

function workOf(turn: Turn): Work {
  const range = { from: turn.from, to: turn.to };
  const corrects = turn.corrects === null ? {} : { corrects: turn.corrects.negatives };
  return { draft: draftOfTurn(turn), isClean: true, range, ...replaced(turn), ...corrects };
}

// What a turn comes to; null where it was taught as it stands, so that nothing is to be said.
function close(turn: Turn): Outcome | null {
  if (turn.settled) return null;
  if (turn.response.trim() === "") {
    const reason = turn.error !== "" ? "provider_error" : isCutOff(turn.stop) ? "cut_off" : "no_answer";
    return { reason, ...replaced(turn) };
  }
  if (turn.corrects?.undoes) return { reason: "answers_rejection", ...replaced(turn) };
  return workOf(turn);
}

/** What a turn that nothing follows for the time being comes to; null where there is no answer yet, or nothing new. */
export function settle(turn: Turn): Outcome | null {
  return turn.response.trim() === "" && turn.error === "" && !isCutOff(turn.stop) ? null : close(turn);
}

/** The name under which a turn's words are taught or rejected. */
function nameOf(turn: Turn): string {
  return lessonId(turn.corrects?.prompt ?? turn.prompt, cutClean(turn.response, maxResponseChars));
}

function rejected(turn: Turn): Work {
  const range = { from: turn.from, to: turn.to };
  return { draft: draftOfTurn(turn), isClean: true, range, rejected: true, ...replaced(turn) };
}

/** What opens a turn: its message, the question in it as it may be kept, and what the message says of the turn before. */
interface Opening {
  readonly message: Message;
  readonly prompt: string;
  readonly before: Turn | null;
  readonly isRejection: boolean;
  readonly asked: boolean;
}

function opened({ message, prompt, before, isRejection, asked }: Opening, line: ByteRange): Turn {
  const corrected = isRejection && before !== null && before.response.trim() !== "" ? before : null;
  const corrects =
    corrected === null
      ? null
      : {
          prompt: corrected.corrects?.prompt ?? corrected.prompt,
          negatives: [...(corrected.corrects?.negatives ?? []), nameOf(corrected)].slice(-8),
          undoes: undoes(message.text),
        };
  return {
    dialect: message.dialect,
    session: cleanSession(message.session),
    prompt,
    response: "",
    startedAt: message.at,
    answeredAt: "",
    model: before?.model ?? "",
    steps: 0,
    failures: 0,
    failing: false,
    stop: "",
    error: "",
    asked,
    tokensOut: null,
    // What corrects an answer answers the question that was asked first.
    from: corrected?.from ?? line.from,
    to: line.to,
    corrects,
    taught: "",
    settled: false,
  };
}

/**
 * A message in a person's name: closes the turn before it, which it may reject, and opens the next one. What the harness
 * put there is left out; where nothing else stands there, the line only says so. A program's report opens a turn that
 * nobody asked for.
 */
export function ask(turns: Turns, message: Message, line: ByteRange): Reading {
  const { text, by } = typedBy(message.text);
  if (by === "harness") return reject("local_command", turns);
  if (by === "person" && text.trim() === "") return reject("no_text", turns);
  const before = turnOf(turns, message);
  // Some agents write the same question twice: as it was typed and as the model was sent it.
  const prompt = cleanText(text, maxPromptChars);
  if (before !== null && before.response === "" && before.steps === 0 && before.prompt === prompt) {
    return reject("turn_opened", turns);
  }
  const isAnswered = before !== null && before.response.trim() !== "";
  const isRejection = isAnswered && by === "person" && rejects(text);
  const outcomes: Outcome[] = [];
  if (before !== null) {
    const isNegative = isRejection && before.asked && before.response.trim() !== "" && before.error === "";
    const closed = isNegative ? rejected(before) : close(before);
    if (closed !== null) outcomes.push(closed);
  }
  const opening = { message: { ...message, text }, prompt, before, isRejection, asked: by === "person" };
  let next = put(turns, opened(opening, line));
  const [oldest] = next;
  if (next.length > openMost && oldest !== undefined) {
    const closed = close(oldest);
    if (closed !== null) outcomes.push(closed);
    next = next.slice(1);
  }
  return outcomes.length === 0 ? reject("turn_opened", next) : { outcomes, turns: next };
}

/** Words of an answer; without an open question they answer nothing that is known. */
export function answer(turns: Turns, said: Answer, line: ByteRange): Reading {
  const turn = turnOf(turns, said);
  if (turn === null) return reject("no_question", turns);
  const words = cleanText(withoutThoughts(said.text), keptUnits);
  // Said of a line that is no question, such as a local command: the answer before it stays as it is.
  if (turn.response !== "" && said.whole !== true && saysNothing(words)) return reject("no_response", turns);
  const repeated = turn.response !== "" && turn.response.endsWith(words) && said.whole !== true;
  const joined = said.whole === true || turn.response === "" ? words : `${turn.response}\n\n${words}`;
  const response = repeated || words.trim() === "" ? turn.response : cutClean(joined, keptUnits);
  const error = cleanLabel(said.error ?? "");
  const stop = cleanLabel(said.stop ?? "");
  // Thoughts alone: the model was cut while it was thinking.
  const isThought = response === "" && words === "" && said.text.trim() !== "";
  const next: Turn = {
    ...turn,
    response,
    answeredAt: said.at || turn.answeredAt,
    model: cleanLabel(said.model ?? "") || turn.model,
    stop: isThought && (stop === "" || isFinished(stop)) ? "incomplete" : stop,
    error,
    tokensOut: said.tokensOut ?? null,
    to: line.to,
    settled: turn.settled && response === turn.response && turn.error === error,
  };
  return reject("turn_open", put(turns, next));
}

/**
 * A step of the work: a tool that ran, and whether it failed. Words before it are not the answer, also where they were
 * taught as if they were, because nothing came for a while.
 */
export function step(turns: Turns, talk: Talk, { failed, reason }: { failed: boolean; reason: Reason }): Reading {
  const turn = turnOf(turns, talk);
  if (turn === null) return reject(reason, turns);
  const next = put(turns, {
    ...turn,
    response: "",
    steps: turn.steps + 1,
    failures: turn.failures + Number(failed),
    failing: failed,
    stop: "",
    taught: "",
    settled: false,
  });
  return turn.taught === "" ? reject(reason, next) : { outcomes: [{ reason, ...replaced(turn) }], turns: next };
}

/** The turn was stopped before its end; one whose answer was whole already stays. */
export function interrupt(turns: Turns, talk: Talk): Reading {
  const turn = turnOf(turns, talk);
  if (turn === null || (turn.response !== "" && isFinished(turn.stop))) return reject("interrupted", turns);
  return { outcomes: [{ reason: "interrupted", ...replaced(turn) }], turns: without(turns, turn) };
}

/** The person took the turn back, whole or not; where they undid what was done, the answer is kept as a negative. */
export function takeBack(turns: Turns, talk: Talk, undid = false): Reading {
  const turn = turnOf(turns, talk);
  if (turn === null) return reject("rejected_by_user", turns);
  const isNegative = undid && turn.asked && turn.response.trim() !== "" && turn.error === "";
  const outcome: Outcome = isNegative ? rejected(turn) : { reason: "rejected_by_user", ...replaced(turn) };
  return { outcomes: [outcome], turns: without(turns, turn) };
}

/** The conversation ends here for good, so its turn is decided now. */
export function end(turns: Turns, talk: Talk, reason: Reason): Reading {
  const turn = turnOf(turns, talk);
  if (turn === null) return reject(reason, turns);
  const closed = close(turn);
  return closed === null ? reject(reason, without(turns, turn)) : { outcomes: [closed], turns: without(turns, turn) };
}

/** Opens a turn without a question: what it stands for is known of the whole conversation. */
export function mark(turns: Turns, talk: Talk, line: ByteRange): Turns {
  const message = { ...talk, text: "", at: "" };
  return put(turns, opened({ message, prompt: "", before: null, isRejection: false, asked: false }, line));
}

/** The model of what comes next, where a line of its own tells it. */
export function withModel(turns: Turns, talk: Talk, model: string): Turns {
  const turn = turnOf(turns, talk);
  return turn === null || model === "" ? turns : put(turns, { ...turn, model: cleanLabel(model) });
}
