import type { Lesson } from "./lesson.ts";
import { hashWords } from "./words.ts";

/** Lessons whose words are remembered: sinks that keep step take the same ones one after the other. */
const remembered = 1024;
const known = new Map<object, Uint32Array>();

/** The hashes of a lesson's words, prompt and response, in order; made once for all who need them. */
export function lessonWords(lesson: Pick<Lesson, "prompt" | "response">): Uint32Array {
  let hashes = known.get(lesson);
  if (hashes === undefined) {
    hashes = hashWords(lesson.prompt, lesson.response);
    if (known.size >= remembered) known.clear();
    known.set(lesson, hashes);
  }
  return hashes;
}
