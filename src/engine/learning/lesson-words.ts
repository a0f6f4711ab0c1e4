import { type Form, formHead, formOf } from "./form.ts";
import type { Lesson } from "./lesson.ts";
import { readWords, type Words } from "./words.ts";

/** Lessons whose words are remembered: sinks that keep step take the same ones one after the other. */
const remembered = 1024;

interface Read {
  readonly words: Words;
  readonly form: Form;
}

const known = new Map<object, Read>();

function read(lesson: Pick<Lesson, "prompt" | "response">): Read {
  const before = known.get(lesson);
  if (before !== undefined) return before;
  const words = readWords([lesson.prompt, lesson.response], formHead);
  const made = { words: { hashes: words.hashes, first: words.first }, form: formOf(words) };
  if (known.size >= remembered) known.clear();
  known.set(lesson, made);
  return made;
}

/** The words of a lesson, prompt and response, in order; read once for all who need them. */
export function lessonWords(lesson: Pick<Lesson, "prompt" | "response">): Words {
  return read(lesson).words;
}

/** The form of a lesson. */
export function lessonForm(lesson: Pick<Lesson, "prompt" | "response">): Form {
  return read(lesson).form;
}
