import type { Lesson } from "../../../src/engine/learning/lesson.ts";
import { appraise } from "../../../src/engine/learning/value.ts";

/** The words of a text, as near-duplicates are told by. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9_\u00c0-\uffff]+/g) ?? [];
}

function shinglesOf(words: readonly string[]): Set<string> {
  if (words.length < 3) return new Set(words.length === 0 ? [] : [words.join(" ")]);
  return new Set(words.slice(2).map((_, index) => words.slice(index, index + 3).join(" ")));
}

const parts = new WeakMap<Lesson, { all: Set<string>; answer: Set<string>; prompt: string; response: string }>();

function partsOf(lesson: Lesson) {
  const known = parts.get(lesson);
  if (known) return known;
  const [prompt, response] = [wordsOf(lesson.prompt), wordsOf(lesson.response)];
  const made = {
    all: shinglesOf([...prompt, ...response]),
    answer: shinglesOf(response),
    prompt: prompt.join(" "),
    response: response.join(" "),
  };
  parts.set(lesson, made);
  return made;
}

function jaccardOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((one) => b.has(one)).length;
  const either = a.size + b.size - both;
  return either === 0 ? 0 : both / either;
}

/** The exact Jaccard of two lessons' runs of three words. */
export function sharedBy(a: Lesson, b: Lesson): number {
  const [one, other] = [partsOf(a), partsOf(b)];
  return one.prompt === other.prompt && one.response === other.response ? 1 : jaccardOf(one.all, other.all);
}

/** Whether two lessons share so much that one side of a split must have both. */
export function linkedByHand(a: Lesson, b: Lesson): boolean {
  const [one, other] = [partsOf(a), partsOf(b)];
  if (one.prompt === other.prompt && one.response === other.response) return true;
  return Math.min(one.all.size, other.all.size) >= 5 && jaccardOf(one.all, other.all) >= 0.8;
}

function withoutNumbers(text: string): string {
  return text
    .split(" ")
    .filter((word) => !/\d/.test(word) && !/^(yes|no|not|never|true|false|cannot)$/.test(word))
    .join(" ");
}

/** Whether two lessons are near-duplicates, by the definition and nothing else. */
export function nearByHand(a: Lesson, b: Lesson): boolean {
  const [one, other] = [partsOf(a), partsOf(b)];
  const [samePrompt, sameAnswer] = [one.prompt === other.prompt, one.response === other.response];
  if (samePrompt && sameAnswer) return true;
  if (!samePrompt && withoutNumbers(one.prompt) === withoutNumbers(other.prompt)) return false;
  if (!sameAnswer && withoutNumbers(one.response) === withoutNumbers(other.response)) return false;
  if (samePrompt && (Math.min(one.answer.size, other.answer.size) < 5 || jaccardOf(one.answer, other.answer) < 0.8))
    return false;
  return linkedByHand(a, b);
}

function meritOf(lesson: Lesson): number {
  return appraise(lesson, 0).value ?? 0;
}

/** Orders lessons, the best first. */
export function byRankByHand(a: Lesson, b: Lesson): number {
  const born = ({ timestamp }: Lesson) => (timestamp === "" ? Number.POSITIVE_INFINITY : Date.parse(timestamp));
  const older = born(a) === born(b) ? 0 : born(a) - born(b);
  return meritOf(b) - meritOf(a) || older || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Each near-duplicate with the kept lesson it belongs to, by going through all pairs. */
export function clustersByHand(lessons: readonly Lesson[]): Map<string, { kept: string; similarity: number }> {
  const kept: Lesson[] = [];
  const clusters = new Map<string, { kept: string; similarity: number }>();
  for (const lesson of lessons.toSorted(byRankByHand)) {
    const near = kept
      .filter((one) => nearByHand(one, lesson))
      .map((one) => ({ kept: one.id, similarity: sharedBy(one, lesson) }));
    const best = near.reduce<(typeof near)[number] | null>(
      (known, one) => (known === null || one.similarity > known.similarity ? one : known),
      null,
    );
    if (best) clusters.set(lesson.id, best);
    else kept.push(lesson);
  }
  return clusters;
}
