import { datasetLine } from "./export.ts";
import type { Lesson } from "./lesson.ts";
import { lexical, vectorOfWords } from "./lexical.ts";
import type { Prepared } from "./prepared.ts";
import { bandKeys, bandsPerLesson, permutations, signature } from "./similar.ts";
import { meritsOf } from "./value.ts";
import { hashWords } from "./words.ts";

/** Makes for lessons what their sinks will need; pure, and the same that each sink would make by itself. */
export function prepare(lessons: readonly Lesson[]): Prepared {
  const vectors = new Float32Array(lessons.length * lexical.dimensions);
  const bins = new Uint32Array(lessons.length * permutations);
  const bands = new Float64Array(lessons.length * bandsPerLesson);
  const merits = new Float64Array(lessons.length * 2);
  const lines: Uint8Array[] = [];
  for (const [index, lesson] of lessons.entries()) {
    const hashes = hashWords(lesson.prompt, lesson.response);
    const own = signature(hashes);
    vectors.set(vectorOfWords(hashes), index * lexical.dimensions);
    bins.set(own, index * permutations);
    bands.set(bandKeys(own), index * bandsPerLesson);
    const { reusability, complexity } = meritsOf(lesson);
    merits.set([reusability, complexity], index * 2);
    lines.push(Buffer.from(`${datasetLine(lesson)}\n`));
  }
  const pairs = new Uint8Array(lines.reduce((sum, line) => sum + line.length, 0));
  const pairEnds = new Uint32Array(lines.length);
  let end = 0;
  for (const [index, line] of lines.entries()) {
    pairs.set(line, end);
    end += line.length;
    pairEnds[index] = end;
  }
  return { vectors, bins, bands, merits, pairs, pairEnds };
}
