import { datasetLine } from "./export.ts";
import type { Lesson } from "./lesson.ts";
import { lessonWords } from "./lesson-words.ts";
import { vectorOfWords } from "./lexical.ts";

/** A lesson's lexical vector. */
export function lessonVector(lesson: Lesson): Float32Array {
  return vectorOfWords(lessonWords(lesson).hashes);
}

/** A lesson's line in the dataset, in UTF-8 and with its newline. */
export function lessonPair(lesson: Lesson): Uint8Array {
  return Buffer.from(`${datasetLine(lesson)}\n`);
}
