import type { Words } from "./lesson.ts";

/** A lesson of at least this value is a good one (original system). */
export const highValue = 0.7;

/** The parts of a lesson's value, each 0 to 1, and their weighted sum; null where a part is not measured yet. */
export interface Value {
  readonly outcome: number;
  readonly feedback: number | null;
  readonly reusability: number;
  readonly complexity: number;
  readonly novelty: number | null;
  readonly value: number | null;
}

const reusable = ["how to", "best practice", "configure", "setup", "install"];
const weights = { outcome: 0.4, feedback: 0.2, reusability: 0.2, complexity: 0.1, novelty: 0.1 } as const;

/** The parts of a value that only the words decide, each 0 to 1. */
interface Merits {
  readonly reusability: number;
  readonly complexity: number;
}

/** How reusable and how complex a piece of work is, by its words (the original system's rules). */
function meritsOf(draft: Pick<Words, "prompt" | "response">): Merits {
  const [prompt, response] = [draft.prompt.toLowerCase(), draft.response.toLowerCase()];
  const reusability = Math.min(
    1,
    0.25 * reusable.filter((words) => prompt.includes(words) || response.includes(words)).length,
  );
  const numbered = ["1.", "2.", "3."].filter((mark) => draft.response.includes(mark)).length;
  const fences = draft.response.split("```").length - 1;
  const complexity = Math.min(1, 0.1 * numbered + 0.15 * fences + 0.5 * Math.min(draft.response.length / 2000, 1));
  return { reusability, complexity };
}

/**
 * The value of a piece of work, 0 to 1: .4 outcome + .2 feedback + .2 reusability + .1 complexity + .1 novelty (the
 * original system's formula). Novelty is measured; until it is, there is no value. Without the user's feedback its
 * weight is shared among the others, so silence counts neither for nor against.
 */
export function appraise(lesson: Pick<Words, "prompt" | "response" | "feedback">, novelty: number | null): Value {
  // Only what succeeded is a lesson.
  const outcome = 1;
  const feedback = lesson.feedback === null ? null : (lesson.feedback + 1) / 2;
  const { reusability, complexity } = meritsOf(lesson);
  if (novelty === null) return { outcome, feedback, reusability, complexity, novelty, value: null };
  const sum =
    weights.outcome * outcome +
    weights.feedback * (feedback ?? 0) +
    weights.reusability * reusability +
    weights.complexity * complexity +
    weights.novelty * novelty;
  const value = Math.min(1, feedback === null ? sum / (1 - weights.feedback) : sum);
  return { outcome, feedback, reusability, complexity, novelty, value };
}

/** What being all new adds to a value. */
export function noveltyWorth({ feedback }: Pick<Words, "feedback">): number {
  return feedback === null ? weights.novelty / (1 - weights.feedback) : weights.novelty;
}
