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

const scratch = new Int32Array(16 * 1024);
const letters = Buffer.allocUnsafe(32 * 1024);

/** The hash of every word of some texts, in order, regardless of case; a word is a run of letters, digits and `_`. */
export function hashWords(...texts: readonly string[]): Uint32Array {
  // Lower-casing may lengthen a text, so it comes first; ASCII is lower-cased on the way.
  const lower = texts.map((text) => (isAscii(text) ? text : text.toLowerCase()));
  const most = lower.reduce((sum, text) => sum + (text.length >> 1) + 2, 0);
  const hashes = most <= scratch.length ? scratch : new Int32Array(most);
  let count = 0;
  for (const text of lower) count = isAscii(text) ? hashAscii(hashes, count, text) : hashInto(hashes, count, text);
  const finished = new Uint32Array(count);
  for (let index = 0; index < count; index++) finished[index] = finish(hashes[index] ?? 0);
  return finished;
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

// Bytes are read faster than the letters of a string, which may be a part of another one. Where a word ends cannot be
// foreseen, so nothing branches there: the hash is always put down, and the place moves on only behind a word.
function hashAscii(hashes: Int32Array, from: number, text: string): number {
  const bytes = text.length < letters.length ? letters : Buffer.allocUnsafe(text.length + 1);
  const length = bytes.write(text, 0, "latin1");
  // A blank ends the last word.
  bytes[length] = 32;
  let count = from;
  let hash = basis;
  let inside = 0;
  for (let index = 0; index <= length; index++) {
    const unit = units[bytes[index] ?? 0] ?? 0;
    const isLetter = (unit + 0xffff) >>> 16;
    hashes[count] = hash;
    count += inside & (isLetter ^ 1);
    inside = isLetter;
    hash = (Math.imul(hash ^ unit, prime) & -isLetter) | (basis & (isLetter - 1));
  }
  return count;
}

function hashInto(hashes: Int32Array, from: number, text: string): number {
  let count = from;
  let hash = basis;
  let inside = false;
  for (let index = 0; index < text.length; index++) {
    const unit = units[text.charCodeAt(index)] ?? 0;
    if (unit !== 0) {
      hash = Math.imul(hash ^ unit, prime);
      inside = true;
    } else if (inside) {
      hashes[count++] = hash;
      hash = basis;
      inside = false;
    }
  }
  if (inside) hashes[count++] = hash;
  return count;
}
