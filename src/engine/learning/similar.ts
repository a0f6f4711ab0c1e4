/** Similarity from which two texts count as near-duplicates. */
export const nearDuplicate = 0.8;

/** Numbers of a signature. */
export const permutations = 64;
const rows = 8;
/** Keys of a signature's bands. */
export const bandsPerLesson = permutations / rows;

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The text as hashed runs of three words (or fewer, in a shorter text), in order and with repetitions. */
function runsOf(hashes: Uint32Array): Uint32Array {
  const width = Math.min(3, Math.max(1, hashes.length));
  const runs = new Uint32Array(Math.max(0, hashes.length - width + 1));
  if (width === 3) {
    for (let index = 0; index < runs.length; index++) {
      const first = Math.imul(hashes[index] ?? 0, 31) + (hashes[index + 1] ?? 0);
      runs[index] = mix(Math.imul(first, 31) + (hashes[index + 2] ?? 0));
    }
    return runs;
  }
  for (let index = 0; index < runs.length; index++) {
    let run = 0;
    for (let next = 0; next < width; next++) run = Math.imul(run, 31) + (hashes[index + next] ?? 0);
    runs[index] = mix(run);
  }
  return runs;
}

/** The text, given as the hashes of its words, as a set of hashed runs of three words. */
export function shingles(hashes: Uint32Array): Set<number> {
  return new Set(runsOf(hashes));
}

/** How much two sets of shingles share: Jaccard, 0 to 1; two empty sets share nothing. */
export function jaccard(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let both = 0;
  for (const one of a) if (b.has(one)) both++;
  const either = a.size + b.size - both;
  return either === 0 ? 0 : both / either;
}

/**
 * The MinHash signature, 64 numbers, of a text given as the hashes of its words, by one permutation with optimal densification (Shrivastava 2017): each shingle
 * falls into one bin, an empty bin borrows from another by a fixed hash.
 */
export function signature(hashes: Uint32Array): Uint32Array {
  const runs = runsOf(hashes);
  const bins = new Uint32Array(permutations).fill(0xffffffff);
  const filled = new Uint8Array(permutations);
  for (let index = 0; index < runs.length; index++) {
    const shingle = runs[index] ?? 0;
    const bin = shingle & (permutations - 1);
    const value = Math.min(mix(shingle ^ 0x9e3779b9), 0xfffffffe);
    if (value < (bins[bin] ?? 0)) bins[bin] = value;
    filled[bin] = 1;
  }
  if (runs.length === 0) return bins;
  for (let bin = 0; bin < permutations; bin++) {
    for (let attempt = 1, from = bin; filled[bin] === 0 && (bins[bin] ?? 0) === 0xffffffff; attempt++) {
      from = mix(Math.imul(bin + 1, 0x01000193) + attempt) % permutations;
      if (filled[from] === 1) bins[bin] = bins[from] ?? 0;
    }
  }
  return bins;
}

/**
 * Eight keys of eight rows each; two texts that share one are candidates. The chance is 1 − (1 − s⁸)⁸ at similarity s:
 * 0.77 and above are mostly found, 0.5 and below mostly not. Keys are safe integers with the band mixed in.
 */
export function bandKeys(bins: Uint32Array): number[] {
  const keys: number[] = [];
  for (let band = 0; band * rows < bins.length; band++) {
    let low = mix(band + 1);
    let high = mix(band + 101);
    for (let row = 0; row < rows; row++) {
      const bin = bins[band * rows + row] ?? 0;
      low = mix(low ^ bin);
      high = mix(Math.imul(high, 31) + bin);
    }
    keys.push((high & 0xfffff) * 0x100000000 + low);
  }
  return keys;
}

/** The share of equal numbers in two signatures: an estimate of their texts' Jaccard, good to about ±0.06. */
export function estimate(a: Uint32Array, b: Uint32Array): number {
  let equal = 0;
  for (let bin = 0; bin < permutations; bin++) if (a[bin] === b[bin]) equal++;
  return equal / permutations;
}
