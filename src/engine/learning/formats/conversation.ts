import type { Draft } from "../lesson.ts";
import type { Outcome, Reading } from "./dialect.ts";
import type { Turn } from "./shapes.ts";

/** What opens a conversation. */
export interface Opening {
  readonly dialect: string;
  readonly session: string;
  readonly prompt: string;
  readonly at: string;
}

/** A conversation with its first words. */
export function openTurn({ dialect, session, prompt, at }: Opening): Turn {
  return { dialect, session, prompt, response: "", startedAt: at, model: "", steps: 0, failures: 0, failing: false };
}

/** A step of the conversation: a tool that ran, and whether it failed; words before it are not the answer. */
export function withStep(turn: Turn, failed: boolean): Turn {
  return { ...turn, response: "", steps: turn.steps + 1, failures: turn.failures + Number(failed), failing: failed };
}

/** More words of the answer. */
export function withAnswer(turn: Turn, text: string, model: string): Turn {
  const response = turn.response === "" ? text : `${turn.response}\n\n${text}`;
  return { ...turn, response: response.slice(0, 24_000), model: model || turn.model };
}

/** What a conversation came to when it ended: work to judge, or why there is nothing to teach. */
export function closeTurn(turn: Turn, at: string): Outcome {
  if (turn.response.trim() === "") return { rejected: "no_answer" };
  const draft: Draft = {
    patternId: `${turn.dialect}_${turn.session}_${turn.startedAt || at}`,
    kind: "conversation",
    prompt: turn.prompt,
    response: turn.response,
    backend: turn.model,
    iterations: 1,
    timestamp: at || turn.startedAt,
    successMetrics: { tool_calls: turn.steps, tool_failures: turn.failures },
    outcome: turn.failing ? "failed" : "success",
    feedback: null,
  };
  return { draft };
}

/** A line that ends one conversation, if one is open, and opens the next. */
export function turnOver(turn: Turn | null, next: Turn | null, at: string): Reading {
  if (turn === null || turn.response === "") {
    return { outcomes: [{ rejected: turn === null ? "turn_opened" : "no_answer" }], turn: next };
  }
  return { outcomes: [closeTurn(turn, at)], turn: next };
}
