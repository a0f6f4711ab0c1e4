import type { Lesson } from "./lesson.ts";
import { hashWords } from "./words.ts";

const known = new WeakMap<object, Uint32Array>();

/** The hashes of a lesson's words, prompt and response, in order; made once for all who need them. */
export function lessonWords(lesson: Pick<Lesson, "prompt" | "response">): Uint32Array {
  let hashes = known.get(lesson);
  if (hashes === undefined) {
    hashes = hashWords(`${lesson.prompt}\n${lesson.response}`);
    known.set(lesson, hashes);
  }
  return hashes;
}
