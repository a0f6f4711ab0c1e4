// FNV-1a over lower-cased code units, then a finishing mix: cheap, and good enough to tell words apart.
const basis = 0x811c9dc5 | 0;
const prime = 0x01000193;

function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 12)) >>> 0;
}

// What each code unit counts as in a word, lower-cased in ASCII; 0 ends a word.
const units = new Uint16Array(0x10000);
for (let unit = 0; unit < units.length; unit++) {
  const isLetter = unit >= 97 && unit <= 122;
  if (isLetter || (unit >= 48 && unit <= 57) || unit === 95 || unit >= 192) units[unit] = unit;
  if (unit >= 65 && unit <= 90) units[unit] = unit + 32;
}

// Where a digit stands: ASCII, and the first digit of every other script that is written in two bytes.
const digits = new Uint8Array(0x10000);
const zeros = [0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xff10];
for (const zero of zeros) digits.fill(1, zero, zero + 10);

/** What the digits of a word make of it: none, a word with a digit in it (`python3`), or a number (`8080`, `3rd`). */
export const wordMarks = { plain: 0, numbered: 1, number: 2 } as const;

/** The words of some texts, in order: their hashes, and how many of them are the first text's. */
export interface Words {
  readonly hashes: Uint32Array;
  readonly first: number;
}

/** Words that were just read, with the mark of each; the marks hold until others are read. */
export interface MarkedWords extends Words {
  readonly marks: Uint8Array;
}

const scratch = new Int32Array(16 * 1024);
const scratchMarks = new Uint8Array(16 * 1024);
const letters = Buffer.allocUnsafe(32 * 1024);

/** The hash of every word of a text, in order, regardless of case; a word is a run of letters, digits and `_`. */
export function hashWords(text: string): Uint32Array {
  return readWords([text], 0).hashes;
}

/**
 * The words of some texts: a word is a run of letters, digits and `_`, regardless of case. Before the hashes, in the
 * same memory, there is room for so many numbers more.
 */
export function readWords(texts: readonly string[], room: number): MarkedWords {
  // Lower-casing may lengthen a text, so it comes first; ASCII is lower-cased on the way.
  const lower = texts.map((text) => (isAscii(text) ? text : text.toLowerCase()));
  const most = lower.reduce((sum, text) => sum + (text.length >> 1) + 2, 0);
  const isLong = most > scratch.length;
  const hashes = isLong ? new Int32Array(most) : scratch;
  const marks = isLong ? new Uint8Array(most) : scratchMarks;
  let count = 0;
  let first = 0;
  for (let index = 0; index < lower.length; index++) {
    const text = lower[index] ?? "";
    count = isAscii(text) ? hashAscii(hashes, marks, count, text) : hashInto(hashes, marks, count, text);
    if (index === 0) first = count;
  }
  const numbers = new Uint32Array(room + count);
  for (let index = 0; index < count; index++) numbers[room + index] = finish(hashes[index] ?? 0);
  return { hashes: numbers.subarray(room), marks: marks.subarray(0, count), first };
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

// Bytes are read faster than the letters of a string, which may be a part of another one. Where a word ends cannot be
// foreseen, so nothing branches there: the hash is always put down, and the place moves on only behind a word.
function hashAscii(hashes: Int32Array, marks: Uint8Array, from: number, text: string): number {
  const bytes = text.length < letters.length ? letters : Buffer.allocUnsafe(text.length + 1);
  const length = bytes.write(text, 0, "latin1");
  // A blank ends the last word.
  bytes[length] = 32;
  let count = from;
  let hash = basis;
  let inside = 0;
  let mark = 0;
  for (let index = 0; index <= length; index++) {
    const unit = units[bytes[index] ?? 0] ?? 0;
    const isLetter = (unit + 0xffff) >>> 16;
    hashes[count] = hash;
    marks[count] = mark;
    count += inside & (isLetter ^ 1);
    // A digit marks the word, and marks it as a number where it is the first letter.
    const digit = ((47 - unit) & (unit - 58)) >>> 31;
    mark = (mark | (digit << (inside ^ 1))) & -isLetter;
    inside = isLetter;
    hash = (Math.imul(hash ^ unit, prime) & -isLetter) | (basis & (isLetter - 1));
  }
  return count;
}

function hashInto(hashes: Int32Array, marks: Uint8Array, from: number, text: string): number {
  let count = from;
  let hash = basis;
  let mark = 0;
  let inside = false;
  const put = () => {
    hashes[count] = hash;
    marks[count++] = mark;
    [hash, mark, inside] = [basis, 0, false];
  };
  for (let index = 0; index < text.length; index++) {
    const unit = units[text.charCodeAt(index)] ?? 0;
    if (unit !== 0) {
      if (digits[unit] === 1) mark |= inside ? wordMarks.numbered : wordMarks.number;
      hash = Math.imul(hash ^ unit, prime);
      inside = true;
    } else if (inside) put();
  }
  if (inside) put();
  return count;
}
