import type { Lesson } from "../../../src/engine/learning/lesson.ts";
import { lesson } from "../../contract/batches.ts";

/** A small generator with a fixed seed (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const syllables = [
  "ba",
  "ko",
  "ri",
  "ten",
  "lu",
  "mar",
  "si",
  "po",
  "ve",
  "dun",
  "ga",
  "fel",
  "ny",
  "ost",
  "qui",
  "ra",
];

/** Texts of which many are edits of others: words changed, added and taken out, numbers changed, answers swapped. */
export function plantedLessons(seed: number, count: number): Lesson[] {
  const random = randomOf(seed);
  const word = () => Array.from({ length: 3 }, () => syllables[random(syllables.length)]).join("");
  const number = () => String(random(90) + 10);
  const text = (words: number) => Array.from({ length: words }, () => (random(12) === 0 ? number() : word()));
  const edit = (words: readonly string[], edits: number) => {
    const edited = [...words];
    for (let turn = 0; turn < edits; turn++) {
      const at = random(edited.length);
      const isNumber = /^\d/.test(edited[at] ?? "");
      const kind = random(4);
      if (kind === 0) edited.splice(at, 1);
      else if (kind === 1) edited.splice(at, 0, word());
      else edited[at] = isNumber ? number() : word();
    }
    return edited;
  };
  const onlyNumbers = (words: readonly string[]) => words.map((one) => (/^\d/.test(one) && random(2) ? number() : one));
  const made: { prompt: string[]; response: string[] }[] = [];
  while (made.length < count) {
    const base = made[random(made.length)];
    const kind = random(10);
    if (base === undefined || kind < 2) {
      const words = random(8) === 0 ? 3 : 40 + random(80);
      made.push({ prompt: text(4 + random(words >> 1)), response: text(2 + random(words)) });
    } else if (kind < 3) made.push({ prompt: onlyNumbers(base.prompt), response: onlyNumbers(base.response) });
    else if (kind < 4) made.push({ prompt: base.prompt, response: text(1 + random(10)) });
    else if (kind < 5) made.push({ prompt: base.prompt, response: edit(base.response, 1 + random(2)) });
    else made.push({ prompt: edit(base.prompt, random(2)), response: edit(base.response, random(3)) });
  }
  const seen = new Set<string>();
  return made
    .map(({ prompt, response }) => ({
      ...lesson(prompt.join(" "), { response: random(9) === 0 ? `Yes, ${response.join(" ")}.` : response.join(" ") }),
      timestamp: random(8) === 0 ? "" : new Date(1.78e12 + random(40) * 1000).toISOString(),
      feedback: ([null, null, 1] as const)[random(3)] ?? null,
    }))
    .filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** The same things in another order. */
export function shuffled<T>(things: readonly T[], seed: number): T[] {
  const random = randomOf(seed);
  return things
    .map((thing) => ({ thing, at: random(2 ** 30) }))
    .sort((a, b) => a.at - b.at)
    .map(({ thing }) => thing);
}
