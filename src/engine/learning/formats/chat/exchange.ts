import { type ByteRange, type Draft, lessonId } from "../../lesson.ts";
import { answer, ask, settle, step, type Talk, turnOf } from "../conversation.ts";
import { noTurns, type Outcome, type Reading, type Work } from "../dialect.ts";
import type { Turns } from "../shapes.ts";
import type { Said } from "./said.ts";

/** What is known of an exchange beside its messages. */
export type Facts = Pick<Draft, "kind" | "patternId" | "backend" | "timestamp" | "feedback"> & {
  readonly metrics: Readonly<Record<string, number>>;
  readonly ending: Partial<Draft["ending"]>;
};

const talk: Talk = { dialect: "exchange", session: "" };

function hear(turns: Turns, said: Said, place: ByteRange): Reading {
  if (said.role === "tool") return step(turns, talk, { failed: said.failed, reason: "tool_result" });
  const message = { ...talk, text: said.text, at: "" };
  if (said.role === "user") return ask(turns, message, place);
  // A message that calls a tool is never the end, whatever its provider calls it.
  return answer(turns, { ...message, stop: said.calls ? "tool_use" : said.stop }, place);
}

// Only the last question is this exchange's; the one before it matters where it is rejected now.
function fromQuestionBefore(messages: readonly Said[]): readonly Said[] {
  const heard = messages.filter(({ role }) => role !== "other");
  const questions = heard.flatMap(({ role, text }, index) => (role === "user" && text.trim() !== "" ? [index] : []));
  return questions.length === 0 ? [] : heard.slice(questions.at(-2) ?? questions.at(-1));
}

/**
 * What one recorded exchange teaches: the last thing that a person said in its messages, with the answer that came to
 * it; where they reject the answer before, that one is a negative. What else its messages repeat of the conversation
 * was the matter of the records before.
 */
export function exchange(messages: readonly Said[], facts: Facts, place: ByteRange): readonly Outcome[] {
  const heard = fromQuestionBefore(messages);
  const [first] = heard;
  if (first === undefined) return [{ reason: messages.length === 0 ? "no_text" : "no_question" }];
  let turns = noTurns;
  const outcomes: Outcome[] = [];
  for (const said of heard) {
    const reading = hear(turns, said, place);
    outcomes.push(...reading.outcomes.filter((one) => "draft" in one && one.rejected === true));
    turns = reading.turns;
  }
  const turn = turnOf(turns, talk);
  if (turn === null) return [{ reason: "no_question" }];
  const came = settle(turn);
  if (came === null) {
    if (facts.ending.error) return [...outcomes, { reason: "provider_error" }];
    if (facts.ending.said === "failed") return [...outcomes, { reason: "not_successful" }];
    const calls = heard.at(-1)?.calls === true || turn.stop === "tool_use";
    return [...outcomes, { reason: calls ? "tool_call" : "no_answer" }];
  }
  if (!("draft" in came)) return [...outcomes, came];
  const { kind, patternId, backend, timestamp, feedback, metrics } = facts;
  const { draft } = came;
  const tools = turn.steps > 0 ? draft.successMetrics : {};
  const stop = draft.ending.stop || facts.ending.stop || "";
  const ending = { ...draft.ending, ...facts.ending, stop };
  const known = { kind, patternId, backend, timestamp, feedback, successMetrics: { ...tools, ...metrics }, ending };
  return [...outcomes, { ...came, draft: { ...draft, ...known } }];
}

function lastWork(outcomes: readonly Outcome[]): Work | null {
  return outcomes.flatMap((one) => ("draft" in one && one.rejected !== true ? [one] : [])).at(-1) ?? null;
}

/** What a preference teaches: what the chosen side does, and the rejected side's answer as a negative. */
export function preference(chosen: readonly Outcome[], rejected: readonly Outcome[]): readonly Outcome[] {
  const [good, bad] = [lastWork(chosen), lastWork(rejected)];
  if (bad === null) return chosen;
  const isSameQuestion = good !== null && good.draft.prompt === bad.draft.prompt;
  const nameOf = ({ draft }: Work) => lessonId(draft.prompt, draft.response);
  if (good !== null && nameOf(good) === nameOf(bad)) return chosen;
  return [...chosen, { ...bad, rejected: true, ...(isSameQuestion ? { chosen: good.draft.response } : {}) }];
}
