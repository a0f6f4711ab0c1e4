// FNV-1a over lower-cased code units, then a finishing mix: cheap, and good enough to tell words apart.
function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 12)) >>> 0;
}

/** The hash of every word of a text, in order, regardless of case; a word is a run of letters, digits and `_`. */
export function hashWords(text: string): Uint32Array {
  const hashes = new Uint32Array((text.length >> 1) + 1);
  let count = 0;
  let hash = 0;
  let inside = false;
  const lower = /[^ -~\s]/.test(text) ? text.toLowerCase() : text;
  for (let index = 0; index < lower.length; index++) {
    let unit = lower.charCodeAt(index);
    if (unit >= 65 && unit <= 90) unit += 32;
    const isWord = (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57) || unit === 95 || unit >= 192;
    if (isWord) {
      hash = Math.imul((inside ? hash : 0x811c9dc5) ^ unit, 0x01000193);
      inside = true;
    } else if (inside) {
      hashes[count++] = finish(hash);
      inside = false;
    }
  }
  if (inside) hashes[count++] = finish(hash);
  return hashes.subarray(0, count);
}
