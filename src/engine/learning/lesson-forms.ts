import { datasetLine } from "./export.ts";
import type { Lesson } from "./lesson.ts";
import { lessonWords } from "./lesson-words.ts";
import { lexical, vectorOfWords } from "./lexical.ts";
import { preparedPart } from "./prepared.ts";

/** A lesson's lexical vector. */
export function lessonVector(lesson: Lesson): Float32Array {
  const prepared = preparedPart(lesson, ({ vectors }, index) =>
    vectors.subarray(index * lexical.dimensions, (index + 1) * lexical.dimensions),
  );
  return prepared ?? vectorOfWords(lessonWords(lesson));
}

/** A lesson's line in the dataset, in UTF-8 and with its newline. */
export function lessonPair(lesson: Lesson): Uint8Array {
  const prepared = preparedPart(lesson, ({ pairs, pairEnds }, index) =>
    pairs.subarray(pairEnds[index - 1] ?? 0, pairEnds[index]),
  );
  return prepared ?? Buffer.from(`${datasetLine(lesson)}\n`);
}
