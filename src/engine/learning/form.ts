import type { Lesson } from "./lesson.ts";
import { lessonWords } from "./lesson-words.ts";
import { bandKeys, jaccard, mix, nearDuplicate, runsOf, shinglesOf } from "./similar.ts";
import { hashWords, type Words, wordMarks } from "./words.ts";

/** Fewest shingles that say how alike two texts are; shorter ones are the same or they are not. */
const fewestShingles = 5;

/**
 * What of a lesson decides how near it is to others, in 32-bit numbers: how many words its prompt has, the hash of its
 * prompt and of its answer, each with all its words and without those that may be the answer (numbers, yes and no), then
 * the hash of every word.
 */
export type Form = Uint32Array;

const head = 5;

/** The hash of a form's prompt. */
export function promptOf(form: Form): number {
  return form[1] ?? 0;
}

/** The hash of a form's prompt without its numbers; lessons of one template share it. */
export function templateOf(form: Form): number {
  return form[2] ?? 0;
}

function answerOf(form: Form): number {
  return form[3] ?? 0;
}

function plainAnswerOf(form: Form): number {
  return form[4] ?? 0;
}

// Words that turn an answer into its opposite.
const verdicts = new Set(hashWords("yes no not never true false cannot"));
const verdictBytes = new Uint8Array(256);
for (const word of verdicts) verdictBytes[word & 255] = 1;

/** The share of words like `python3` from which they are the text's own vocabulary, and no numbers. */
const vocabularyShare = 4;

/** The form of some words. */
export function formOf({ hashes, marks, first }: Words): Form {
  const form = new Uint32Array(head + hashes.length);
  form.set(hashes, head);
  let numbered = 0;
  for (let index = 0; index < marks.length; index++) if (marks[index] === wordMarks.numbered) numbered++;
  // With few of them, a word with a digit in it counts as a number too.
  const least = numbered * vocabularyShare <= hashes.length ? wordMarks.numbered : wordMarks.number;
  let [whole, plain] = [1, 1];
  for (let index = 0; index <= hashes.length; index++) {
    if (index === first) {
      [form[0], form[1], form[2]] = [first, mix(whole), mix(plain)];
      [whole, plain] = [1, 1];
    }
    if (index === hashes.length) break;
    const word = hashes[index] ?? 0;
    whole = mix(Math.imul(whole, 31) + word);
    if ((marks[index] ?? 0) >= least || (verdictBytes[word & 255] === 1 && verdicts.has(word))) continue;
    plain = mix(Math.imul(plain, 31) + word);
  }
  [form[3], form[4]] = [mix(whole), mix(plain)];
  return form;
}

/** The form of a lesson. */
export function lessonForm(lesson: Pick<Lesson, "prompt" | "response">): Form {
  return formOf(lessonWords(lesson));
}

function wordsOf(form: Form): Uint32Array {
  return form.subarray(head);
}

// Shingles made lately: the kept lessons of crowded bands are compared again and again.
const shinglesKept = 1 << 20;
let remembered = new WeakMap<Form, { all: Uint32Array | null; answer: Uint32Array | null }>();
let rememberedNumbers = 0;

function partsOf(form: Form) {
  let parts = remembered.get(form);
  if (parts === undefined) {
    rememberedNumbers += form.length;
    if (rememberedNumbers > shinglesKept) {
      remembered = new WeakMap();
      rememberedNumbers = form.length;
    }
    parts = { all: null, answer: null };
    remembered.set(form, parts);
  }
  return parts;
}

function shingles(form: Form): Uint32Array {
  const parts = partsOf(form);
  parts.all ??= shinglesOf(wordsOf(form));
  return parts.all;
}

function answerShingles(form: Form): Uint32Array {
  const parts = partsOf(form);
  parts.answer ??= shinglesOf(form.subarray(head + (form[0] ?? 0)));
  return parts.answer;
}

/** How much two lessons share: the exact Jaccard of their shingles. */
export function similarityOf(a: Form, b: Form): number {
  if (isSame(a, b)) return 1;
  return jaccard(shingles(a), shingles(b));
}

function isSame(a: Form, b: Form): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

// Their Jaccard, or 0 where it is below 0.8 or there are too few to tell.
function alikeness(a: Uint32Array, b: Uint32Array): number {
  const fewer = Math.min(a.length, b.length);
  if (fewer < fewestShingles || fewer < nearDuplicate * Math.max(a.length, b.length)) return 0;
  return jaccard(a, b, nearDuplicate);
}

/** Whether both texts share enough to belong on one side of a split, whatever they answer. */
export function areLinked(a: Form, b: Form): boolean {
  return isSame(a, b) || alikeness(shingles(a), shingles(b)) > 0;
}

/**
 * How near two lessons are as near-duplicates, 0.8 to 1, or 0 where they are none: they share 0.8 of their shingles, and neither their prompts nor their answers
 * differ in numbers (or yes and no) alone; answers to one and the same prompt must be near by themselves. What has
 * fewer than five shingles is near to the same words only.
 */
export function nearness(a: Form, b: Form): number {
  if (isSame(a, b)) return 1;
  return isApart(a, b) ? 0 : alikeness(shingles(a), shingles(b));
}

function isApart(a: Form, b: Form): boolean {
  const samePrompt = promptOf(a) === promptOf(b);
  const sameAnswer = answerOf(a) === answerOf(b);
  if (!samePrompt && templateOf(a) === templateOf(b)) return true;
  if (!sameAnswer && plainAnswerOf(a) === plainAnswerOf(b)) return true;
  return samePrompt && alikeness(answerShingles(a), answerShingles(b)) === 0;
}

/** Whether two lessons have the same prompt, word by word. */
export function hasSamePrompt(a: Form, b: Form): boolean {
  return isSame(a.subarray(head, head + (a[0] ?? 0)), b.subarray(head, head + (b[0] ?? 0)));
}

/** The keys under which a lesson is found: by its shingles, or by all its words where these are too few. */
export function shingleKeys(form: Form): Uint32Array {
  const runs = runsOf(wordsOf(form));
  if (runs.length >= fewestShingles) return bandKeys(runs);
  return Uint32Array.of(mix(promptOf(form) ^ mix(answerOf(form) ^ 0x51ed270b)));
}

/** The key under which lessons with the same prompt are found; a short answer is only ever near to the same one. */
export function promptKey(form: Form): number {
  const isShort = form.length - head - (form[0] ?? 0) < fewestShingles + 2;
  return mix(mix(promptOf(form) ^ 0x27d4eb2f) ^ (isShort ? answerOf(form) : 0));
}

/** The key under which all lessons of a template are found. */
export function templateKey(template: number): number {
  return mix(template ^ 0x165667b1);
}

/** A form as bytes, as a store keeps it: 32 bits each, low byte first. */
export function bytesOfForm(form: Form): Uint8Array {
  return new Uint8Array(form.buffer, form.byteOffset, form.byteLength);
}

/** The form in such bytes. */
export function formOfBytes(bytes: unknown): Form {
  if (!(bytes instanceof Uint8Array)) return new Uint32Array(head);
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
