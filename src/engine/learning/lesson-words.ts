import type { Lesson } from "./lesson.ts";
import { readWords, type Words } from "./words.ts";

/** Lessons whose words are remembered: sinks that keep step take the same ones one after the other. */
const remembered = 1024;
const known = new Map<object, Words>();

/** The words of a lesson, prompt and response, in order; read once for all who need them. */
export function lessonWords(lesson: Pick<Lesson, "prompt" | "response">): Words {
  let words = known.get(lesson);
  if (words === undefined) {
    words = readWords(lesson.prompt, lesson.response);
    if (known.size >= remembered) known.clear();
    known.set(lesson, words);
  }
  return words;
}
