import { datasetLine } from "./export.ts";
import type { Lesson } from "./lesson.ts";
import { lexical, vectorOfWords } from "./lexical.ts";
import type { Prepared } from "./prepared.ts";
import { bandKeys, bandsPerLesson, permutations, signature } from "./similar.ts";
import { meritsOf } from "./value.ts";
import { hashWords } from "./words.ts";

/** Makes for lessons what their sinks will need; pure, and the same that each sink would make by itself. */
export function prepare(lessons: readonly Lesson[]): Prepared {
  const words = lessons.map(({ prompt, response }) => hashWords(prompt, response));
  const { all, ends: wordEnds } = joined(words, (length) => new Uint32Array(length));
  const vectors = new Float32Array(lessons.length * lexical.dimensions);
  const bins = new Uint32Array(lessons.length * permutations);
  const bands = new Float64Array(lessons.length * bandsPerLesson);
  const merits = new Float64Array(lessons.length * 2);
  const lines: Uint8Array[] = [];
  for (const [index, lesson] of lessons.entries()) {
    const hashes = words[index] ?? new Uint32Array();
    const own = signature(hashes);
    vectors.set(vectorOfWords(hashes), index * lexical.dimensions);
    bins.set(own, index * permutations);
    bands.set(bandKeys(own), index * bandsPerLesson);
    const { reusability, complexity } = meritsOf(lesson);
    merits.set([reusability, complexity], index * 2);
    lines.push(Buffer.from(`${datasetLine(lesson)}\n`));
  }
  const { all: pairs, ends: pairEnds } = joined(lines, (length) => new Uint8Array(length));
  return { words: all, wordEnds, vectors, bins, bands, merits, pairs, pairEnds };
}

function joined<T extends { readonly length: number; set(part: T, at: number): void }>(
  parts: readonly T[],
  make: (length: number) => T,
): { all: T; ends: Uint32Array } {
  const ends = new Uint32Array(parts.length);
  let length = 0;
  for (const [index, part] of parts.entries()) {
    length += part.length;
    ends[index] = length;
  }
  const all = make(length);
  for (const [index, part] of parts.entries()) all.set(part, index === 0 ? 0 : (ends[index - 1] ?? 0));
  return { all, ends };
}
