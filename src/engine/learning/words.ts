// FNV-1a over lower-cased code units, then a finishing mix: cheap, and good enough to tell words apart.
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

const scratch = new Uint32Array(16 * 1024);

/** The hash of every word of some texts, in order, regardless of case; a word is a run of letters, digits and `_`. */
export function hashWords(...texts: readonly string[]): Uint32Array {
  const lower = texts.map((text) => (isPlain(text) ? text : text.toLowerCase()));
  const most = lower.reduce((sum, text) => sum + (text.length >> 1) + 1, 0);
  const hashes = most <= scratch.length ? scratch : new Uint32Array(most);
  let count = 0;
  for (const text of lower) count = hashInto(hashes, count, text);
  return hashes.slice(0, count);
}

function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}

function hashInto(hashes: Uint32Array, from: number, text: string): number {
  let count = from;
  let hash = 0x811c9dc5;
  let inside = false;
  for (let index = 0; index < text.length; index++) {
    const unit = units[text.charCodeAt(index)] ?? 0;
    if (unit !== 0) {
      hash = Math.imul(hash ^ unit, 0x01000193);
      inside = true;
    } else if (inside) {
      hashes[count++] = finish(hash);
      hash = 0x811c9dc5;
      inside = false;
    }
  }
  if (inside) hashes[count++] = finish(hash);
  return count;
}
