import type { Words } from "./lesson.ts";
import { lessonWords } from "./lesson-words.ts";

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

const weights = { outcome: 0.4, feedback: 0.2, reusability: 0.2, complexity: 0.1, novelty: 0.1 } as const;

/** The parts of a value that only the words decide, each 0 to 1. */
export interface Merits {
  readonly reusability: number;
  readonly complexity: number;
}

// Only the beginning of an answer is measured: it is what most answers are, and long ones are not better for it.
const lookedAtUnits = 1000;
const saidMost = 300;
const richWords = 60;

const trial =
  /^\W{0,4}(?:(?:this is )?(?:a |just a |only a )?(?:smoke |quick |simple |health |connection |sanity )?(?:test|testing|ping|check|probe)\b(?!.{0,40}\b(?:fail|write|add|fix|for|that|whether|case|suite|coverage)).{0,60}$|(?:hello|hi|hey|good (?:morning|evening|day)|greetings|yo)\b.{0,60}$|(?:please )?(?:just |only |simply )?(?:reply|respond|answer|say|output|print|return|write|echo|repeat)\b.{0,40}\b(?:exactly|only|just|nothing (?:else|but)|the (?:single |one )?(?:word|string|text|token|number)|after me|verbatim|one word|yes or no|ok\b)|repeat (?:after|the following)|(?:are you (?:there|alive|working|ready|ok)|can you (?:hear|read|see) (?:me|this)|who are you|what (?:model|version) are you)\b)|lorem ipsum|\bfoo bar baz\b|\b(?:asdf|qwerty)\b/i;
const offer =
  /^\W{0,4}(?:(?:hello|hi|hey|sure|of course|certainly|great|okay|ok|thanks?|thank you|you(?:'|’)re welcome|understood|got it|no problem|absolutely|yes|done)\b[^.!?\n]{0,40}[.!,]?\s{0,4}){0,3}(?:(?:how (?:can|may) i (?:help|assist)|what (?:can i|would you like)|i(?:'|’)?m (?:here|ready|happy) to|let me know|is there anything|feel free|could you (?:please )?(?:provide|share|clarify|tell|give|specify)|please (?:provide|share|clarify|specify|tell)|can you (?:please )?(?:provide|share|clarify)|i(?:'|’)?d be (?:happy|glad) to).{0,200})?$/is;
// A placeholder that nobody filled in, and nothing else: an answer about templates has them too.
const hollow =
  /^[^\p{L}\p{N}]*(?:TODO|TBD|N\/A|placeholder|\{\{\s{0,8}[\w.]{1,40}\s{0,8}\}\}|<(?:your|insert|placeholder)[^<>]{0,40}>)[^\p{L}\p{N}<{]*$/iu;
const teaching =
  /\b(?:how to|best practice|because|instead of|make sure|so that|for example|e\.g\.|note that|the (?:cause|reason|problem|fix|solution)|configure|set ?up|install|caused by|which means|in order to)\b/i;
// What can be typed or opened, each with the letter without which it is not looked for.
const concrete: readonly (readonly [string, RegExp])[] = [
  ["`", /```|`[^`\n]{2,80}`/],
  ["/", /(?:^|[\s("'])(?:\.{0,2}\/)?[\w.-]+\/[\w./-]+/],
  [".", /\w\.(?:ts|js|py|rs|go|java|c|h|cpp|json|ya?ml|toml|md|sh|sql|css|html|nix)\b/],
  ["(", /\w\([^()\n]{0,80}\)/],
  ["-", /\s--?[a-z][\w-]/],
  ["_", /\w_\w/],
  ["", /\b[A-Z][a-z]+[A-Z]\w/],
  [" ", /(?:^|\s)(?:\$|sudo|git|npm|docker|podman|kubectl|pip|cargo|make|curl) /],
];

function isConcrete(text: string): boolean {
  return concrete.some(([letter, pattern]) => text.includes(letter) && pattern.test(text));
}
const asking =
  /\?|^\W{0,8}(?:please |can you |could you |you are |act as )?(?:write|add|fix|explain|implement|refactor|show|make|create|find|change|update|remove|rename|convert|design|review|describe|list|compare|debug|test|configure|install|set ?up|optimi[sz]e|analy[sz]e|summari[sz]e|translate|generate|build|help|give|use|run|check|move|parse|sort|migrate|document|why|how|what|which|when|where)\b/i;

const seen = new Uint8Array(1 << 14);

// How many different words there are; two that share the low bits of their hash count as one.
function distinct(words: Uint32Array): number {
  seen.fill(0);
  let count = 0;
  for (let index = 0; index < words.length; index++) {
    const at = (words[index] ?? 0) & (seen.length - 1);
    count += 1 - (seen[at] ?? 0);
    seen[at] = 1;
  }
  return count;
}

// What only tries whether somebody answers, what only repeats the question, and what says nothing, is worth nothing to
// anybody else.
function isJunk(prompt: string, response: string, asked: Uint32Array, said: Uint32Array, told: number): boolean {
  if (trial.test(prompt) || hollow.test(response)) return true;
  if (said.length <= 60 && offer.test(response)) return true;
  if (said.length > 50 && told / said.length < 0.15) return true;
  if (said.length === 0) return true;
  if (said.length > 40) return false;
  const question = new Set(asked);
  const repeated = said.reduce((count, word) => count + Number(question.has(word)), 0);
  return repeated / said.length > 0.9;
}

/**
 * How reusable and how complex a piece of work is, by its words. Reusable is what tells something (different words of an
 * answer, up to 60), names something that can be typed or opened, gives a reason, and answers what was asked; what only
 * tries the machine out, or says nothing, is not. Complexity as in the original system: steps, code and length.
 */
export function meritsOf(lesson: Pick<Words, "prompt" | "response">): Merits {
  const [prompt, response] = [lesson.prompt.trim(), lesson.response.trim()];
  const [question, answer] = [prompt.slice(0, lookedAtUnits), response.slice(0, lookedAtUnits)];
  const { hashes, first } = lessonWords(lesson);
  const [asked, said] = [hashes.subarray(0, first), hashes.subarray(first, first + saidMost)];
  const different = distinct(said);
  if (isJunk(question, answer, asked, said, different)) return { reusability: 0, complexity: 0 };
  const told = Math.min(1, different / richWords);
  const reusability =
    0.4 * told +
    0.3 * Number(isConcrete(answer)) +
    0.15 * Number(teaching.test(answer)) +
    0.15 * Number(asked.length >= 4 && asking.test(question));
  const numbered = ["1.", "2.", "3."].filter((mark) => response.includes(mark)).length;
  const fences = response.split("```").length - 1;
  const complexity = Math.min(1, 0.1 * numbered + 0.15 * fences + 0.5 * Math.min(response.length / 2000, 1));
  return { reusability, complexity };
}

/**
 * The value of a lesson, 0 to 1: .4 outcome + .2 feedback + .2 reusability + .1 complexity + .1 novelty (the original
 * system's weights). Novelty is measured; until it is, there is no value. Without the user's feedback its weight is
 * shared among the others, so silence counts neither for nor against.
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
