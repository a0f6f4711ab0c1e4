import { hashWords } from "./words.ts";

const lexicalDimensions = 384;

/**
 * A lexical vector, 384 numbers of length 1: words and pairs of words hashed into signed counts, dampened by a square
 * root (the hashing trick, Weinberger et al. 2009).
 */
export function lexicalVector(text: string): Float32Array {
  return vectorOfWords(hashWords(text));
}

const counts = new Int32Array(lexicalDimensions);

/** The lexical vector of a text given as the hashes of its words. */
export function vectorOfWords(hashes: Uint32Array): Float32Array {
  counts.fill(0);
  const words = new Int32Array(hashes.buffer, hashes.byteOffset, hashes.length);
  let previous = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0;
    count(word);
    if (previous !== 0) count((Math.imul(previous, 31) + word) | 0);
    previous = word;
  }
  // Each number is the root of a count, so their squares sum up to the counts.
  let square = 0;
  for (let place = 0; place < lexicalDimensions; place++) square += Math.abs(counts[place] ?? 0);
  const vector = new Float32Array(lexicalDimensions);
  if (square === 0) return vector;
  for (let place = 0; place < lexicalDimensions; place++) {
    const sum = counts[place] ?? 0;
    if (sum !== 0) vector[place] = sum > 0 ? Math.sqrt(sum / square) : -Math.sqrt(-sum / square);
  }
  return vector;
}

// The place from the upper bits, which are a small integer, and the sign from the lowest.
function count(hash: number): void {
  const place = (hash >>> 8) % lexicalDimensions;
  counts[place] = (counts[place] ?? 0) + 1 - 2 * (hash & 1);
}

/** The built-in embedder: it knows words, not meaning, and asks nobody. */
export const lexical = {
  label: "lexical",
  dimensions: lexicalDimensions,
  embed: async (texts: readonly string[]) => texts.map(lexicalVector),
};
