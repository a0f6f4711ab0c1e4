/** Similarity from which two texts count as near-duplicates. */
export const nearDuplicate = 0.8;

const bins = 128;
const rows = 5;
/** Keys of a signature's bands. */
export const bandsPerLesson = 25;

/** Spreads the bits of a hash. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The text as hashed runs of three words, in order and with repetitions; a shorter text is one run. They are put into
 * `room` where it is given, which has no less room than there are words.
 */
export function runsOf(words: Uint32Array, room?: Uint32Array): Uint32Array {
  if (words.length < 3) {
    let run = words.length;
    for (const word of words) run = mix(Math.imul(run, 31) + word);
    return words.length === 0 ? new Uint32Array() : Uint32Array.of(run);
  }
  const runs = room?.subarray(0, words.length - 2) ?? new Uint32Array(words.length - 2);
  for (let index = 0; index < runs.length; index++) {
    const first = Math.imul(words[index] ?? 0, 31) + (words[index + 1] ?? 0);
    runs[index] = mix(Math.imul(first, 31) + (words[index + 2] ?? 0));
  }
  return runs;
}

/** The text, given as the hashes of its words, as its shingles: the different runs of three words, in ascending order. */
export function shinglesOf(words: Uint32Array): Uint32Array {
  const runs = runsOf(words).sort();
  let count = 0;
  for (let index = 0; index < runs.length; index++) {
    if (index === 0 || runs[index] !== runs[index - 1]) runs[count++] = runs[index] ?? 0;
  }
  return runs.slice(0, count);
}

/**
 * How much two sets of shingles share: Jaccard, 0 to 1; two empty sets share nothing. Below `least` it is 0, which is
 * found out early.
 */
export function jaccard(a: Uint32Array, b: Uint32Array, least = 0): number {
  const sum = a.length + b.length;
  // Of `both` that are shared, `sum - 2 * both` are not; more than so many mean less than `least`.
  let left = sum - 2 * Math.floor((least * sum) / (1 + least) - 1e-9);
  let both = 0;
  let at = 0;
  let other = 0;
  while (at < a.length && other < b.length) {
    const mine = a[at] ?? 0;
    const theirs = b[other] ?? 0;
    if (mine === theirs) {
      both++;
      at++;
      other++;
    } else {
      if (--left < 0) return 0;
      if (mine < theirs) at++;
      else other++;
    }
  }
  const share = sum === 0 ? 0 : both / (sum - both);
  return share >= least ? share : 0;
}

const signature = new Uint32Array(bins);
const filled = new Uint8Array(bins);

// MinHash by one permutation with optimal densification (Shrivastava 2017): each shingle falls into one bin, an empty
// bin borrows from another by a fixed hash.
function sign(runs: Uint32Array): void {
  signature.fill(0xffffffff);
  filled.fill(0);
  for (let index = 0; index < runs.length; index++) {
    const shingle = runs[index] ?? 0;
    const bin = shingle & (bins - 1);
    const value = Math.imul(shingle ^ (shingle >>> 15), 0x9e3779b1) >>> 0;
    if (value < (signature[bin] ?? 0)) signature[bin] = value;
    filled[bin] = 1;
  }
  for (let bin = 0; bin < bins; bin++) {
    if (filled[bin] === 1) continue;
    let from = bin;
    for (let attempt = 1; filled[from] !== 1; attempt++) {
      from = mix(Math.imul(bin + 1, 0x01000193) + attempt) & (bins - 1);
    }
    signature[bin] = signature[from] ?? 0;
  }
}

/**
 * Puts down, of some runs of words, the keys of 25 bands of five rows each; two texts that share one are candidates.
 * The chance is 1 − (1 − s⁵)²⁵ at similarity s: 0.99995 at 0.8, 0.55 at 0.5. A key is a 32-bit number; a chance meeting
 * costs one comparison.
 */
export function bandKeys(runs: Uint32Array, keys: Uint32Array): void {
  sign(runs);
  for (let band = 0; band < bandsPerLesson; band++) {
    let key = mix(band + 1);
    for (let row = 0; row < rows; row++) key = mix(Math.imul(key, 31) + (signature[band * rows + row] ?? 0));
    keys[band] = key;
  }
}
