import { bandKeys, bandsPerLesson, jaccard, mix, nearDuplicate, runsOf, shinglesOf } from "./similar.ts";
import { hashWords, type MarkedWords, wordMarks } from "./words.ts";

/** Fewest shingles that say how alike two texts are; shorter ones are the same or they are not. */
const fewestShingles = 5;

/** What of a lesson decides how near it is to others. */
export interface Form {
  /**
   * 32-bit numbers, as a store keeps them: how many words its prompt has, the hash of its prompt and of its answer, each
   * with all its words and without those that may be the answer (numbers, yes and no), then the hash of every word.
   */
  readonly numbers: Uint32Array;
  /** What follows from the numbers, once it was asked for. */
  shingles: Uint32Array | null;
  answerShingles: Uint32Array | null;
  keys: Uint32Array | null;
}

function formWith(numbers: Uint32Array): Form {
  return { numbers, shingles: null, answerShingles: null, keys: null };
}

/** How many numbers of a form stand before the hashes of its words. */
export const formHead = 5;

/** The hash of a form's prompt. */
export function promptOf(form: Form): number {
  return form.numbers[1] ?? 0;
}

/** The hash of a form's prompt without its numbers; lessons of one template share it. */
export function templateOf(form: Form): number {
  return form.numbers[2] ?? 0;
}

function answerOf(form: Form): number {
  return form.numbers[3] ?? 0;
}

function plainAnswerOf(form: Form): number {
  return form.numbers[4] ?? 0;
}

// Words that turn an answer into its opposite.
const verdicts = new Set(hashWords("yes no not never true false cannot"));
const verdictBytes = new Uint8Array(256);
for (const word of verdicts) verdictBytes[word & 255] = 1;

/** The share of words like `python3` from which they are the text's own vocabulary, and no numbers. */
const vocabularyShare = 4;

/** The form of words that were just read with room for `formHead` numbers before them, in their memory. */
export function formOf({ hashes, marks, first }: MarkedWords): Form {
  const numbers = new Uint32Array(hashes.buffer, 0, formHead + hashes.length);
  let numbered = 0;
  for (let index = 0; index < marks.length; index++) if (marks[index] === wordMarks.numbered) numbered++;
  // With few of them, a word with a digit in it counts as a number too.
  const least = numbered * vocabularyShare <= hashes.length ? wordMarks.numbered : wordMarks.number;
  let whole = 1;
  let plain = 1;
  for (let index = 0; index <= hashes.length; index++) {
    if (index === first) {
      numbers[0] = first;
      numbers[1] = mix(whole);
      numbers[2] = mix(plain);
      whole = 1;
      plain = 1;
    }
    if (index === hashes.length) break;
    const word = hashes[index] ?? 0;
    whole = (Math.imul(whole, 31) + word) | 0;
    if ((marks[index] ?? 0) >= least || (verdictBytes[word & 255] === 1 && verdicts.has(word))) continue;
    plain = (Math.imul(plain, 31) + word) | 0;
  }
  numbers[3] = mix(whole);
  numbers[4] = mix(plain);
  return formWith(numbers);
}

function wordsOf(form: Form): Uint32Array {
  return form.numbers.subarray(formHead);
}

function shingles(form: Form): Uint32Array {
  form.shingles ??= shinglesOf(wordsOf(form));
  return form.shingles;
}

function answerShingles(form: Form): Uint32Array {
  form.answerShingles ??= shinglesOf(form.numbers.subarray(formHead + (form.numbers[0] ?? 0)));
  return form.answerShingles;
}

/** How much two lessons share: the exact Jaccard of their shingles. */
export function similarityOf(a: Form, b: Form): number {
  if (isSame(a, b)) return 1;
  return jaccard(shingles(a), shingles(b));
}

function isSame(a: Form, b: Form): boolean {
  return areEqual(a.numbers, b.numbers);
}

function areEqual(a: Uint32Array, b: Uint32Array): boolean {
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
  const promptIn = ({ numbers }: Form) => numbers.subarray(formHead, formHead + (numbers[0] ?? 0));
  return areEqual(promptIn(a), promptIn(b));
}

/** How many keys, the last ones, a lesson does not share with those that are merely like it. */
const ownKeys = 2;

// The runs are needed for a moment only.
let room = new Uint32Array(16 * 1024);

/**
 * The keys under which a lesson is found: by its shingles, or by all its words where these are too few; then the one of
 * its prompt (a short answer is only ever near to the same one), and the one of its template.
 */
export function keysOf(form: Form): Uint32Array {
  if (form.keys) return form.keys;
  const words = wordsOf(form);
  if (words.length > room.length) room = new Uint32Array(words.length * 2);
  const runs = runsOf(words, room);
  const isTold = runs.length >= fewestShingles;
  const keys = new Uint32Array((isTold ? bandsPerLesson : 1) + ownKeys);
  if (isTold) bandKeys(runs, keys);
  else keys[0] = mix(promptOf(form) ^ mix(answerOf(form) ^ 0x51ed270b));
  const isShort = form.numbers.length - formHead - (form.numbers[0] ?? 0) < fewestShingles + 2;
  keys[keys.length - 2] = mix(mix(promptOf(form) ^ 0x27d4eb2f) ^ (isShort ? answerOf(form) : 0));
  keys[keys.length - 1] = templateKey(templateOf(form));
  form.keys = keys;
  return keys;
}

/** How many of its keys, from the first on, a lesson shares with those that are like it. */
export function alikeKeys(form: Form): number {
  return keysOf(form).length - ownKeys;
}

/** The key under which all lessons with a prompt are found, and where the answer is short those with the same answer. */
export function promptKey(form: Form): number {
  return keysOf(form).at(-2) ?? 0;
}

/** The key under which all lessons of a template are found; the lowest bit of the template makes no difference. */
export function templateKey(template: number): number {
  return mix((template | 1) ^ 0x165667b1);
}

/** A form as bytes, as a store keeps it: 32 bits each, low byte first. */
export function bytesOfForm({ numbers }: Form): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** The form in such bytes. */
export function formOfBytes(bytes: unknown): Form {
  if (!(bytes instanceof Uint8Array)) return formWith(new Uint32Array(formHead));
  return formWith(new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));
}
