import type { Entry } from "./entry.ts";

/** Entries of lessons under keys of 32 bits, in memory. */
export interface BandMemory {
  /** How many entries were made, those that were taken out included. */
  readonly entries: () => number;
  add(band: number, entry: Entry): void;
  /** Takes a lesson out from under a key. */
  remove(band: number, key: number): void;
  find(band: number): readonly Entry[];
  /** Shows the entries under a key, the newest first, at most so many, without making lists of them; says how many. */
  each(band: number, most: number, see: (key: number, tag: number) => void): number;
  has(band: number): boolean;
  /** Whether an entry under a key is such a one, without making lists of them. */
  some(band: number, isSuch: (key: number, tag: number) => boolean): boolean;
  /** Everything that is in it, in order of its key and its lesson. */
  all(): { readonly band: number; readonly key: number; readonly tag: number }[];
  clear(): void;
}

const manyBuckets = 1 << 17;
const firstEntries = 4096;
/** Most keys that are asked for have no entry: sixteen bits for each bucket tell so without a look at the entries. */
const bitsPerBucket = 16;
const none: Entry[] = [];

function longer<T extends Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(from: T, to: T): T {
  to.set(from);
  return to;
}

/**
 * Opens an empty memory: chained hashing in flat arrays, because there may be a million entries. The number of buckets is
 * a power of two.
 */
export function openBandMemory(buckets = manyBuckets): BandMemory {
  const heads = new Int32Array(buckets);
  const met = new Int32Array((buckets * bitsPerBucket) / 32);
  let bandOf = new Uint32Array(firstEntries);
  let keyOf = new Uint32Array(firstEntries);
  let tagOf = new Uint32Array(firstEntries);
  let next = new Int32Array(firstEntries);
  let used = 1;
  const grow = () => {
    const length = bandOf.length * 2;
    bandOf = longer(bandOf, new Uint32Array(length));
    keyOf = longer(keyOf, new Uint32Array(length));
    tagOf = longer(tagOf, new Uint32Array(length));
    next = longer(next, new Int32Array(length));
  };
  // The highest bits of a key, because its lowest ones name its bucket.
  const bitAt = Math.clz32(met.length - 1);
  const mayHave = (band: number) => ((met[band >>> bitAt] ?? 0) & (1 << (band >>> (bitAt - 5)))) !== 0;
  const some = (band: number, isSuch: (key: number, tag: number) => boolean) => {
    if (!mayHave(band)) return false;
    for (let at = heads[band & (buckets - 1)] ?? 0; at !== 0; at = next[at] ?? 0) {
      if (bandOf[at] === band && keyOf[at] !== 0 && isSuch(keyOf[at] ?? 0, tagOf[at] ?? 0)) return true;
    }
    return false;
  };
  return {
    entries: () => used - 1,
    add(band, { key, tag }) {
      if (used === bandOf.length) grow();
      const bucket = band & (buckets - 1);
      const word = band >>> bitAt;
      met[word] = (met[word] ?? 0) | (1 << (band >>> (bitAt - 5)));
      bandOf[used] = band;
      keyOf[used] = key;
      tagOf[used] = tag;
      next[used] = heads[bucket] ?? 0;
      heads[bucket] = used++;
    },
    remove(band, key) {
      for (let at = heads[band & (buckets - 1)] ?? 0; at !== 0; at = next[at] ?? 0) {
        if (bandOf[at] === band && keyOf[at] === key) keyOf[at] = 0;
      }
    },
    find(band) {
      let found = none;
      if (!mayHave(band)) return found;
      for (let at = heads[band & (buckets - 1)] ?? 0; at !== 0; at = next[at] ?? 0) {
        if (bandOf[at] !== band || keyOf[at] === 0) continue;
        if (found === none) found = [];
        found.push({ key: keyOf[at] ?? 0, tag: tagOf[at] ?? 0 });
      }
      return found;
    },
    each(band, most, see) {
      let count = 0;
      if (!mayHave(band)) return count;
      for (let at = heads[band & (buckets - 1)] ?? 0; at !== 0 && count < most; at = next[at] ?? 0) {
        if (bandOf[at] !== band || keyOf[at] === 0) continue;
        see(keyOf[at] ?? 0, tagOf[at] ?? 0);
        count++;
      }
      return count;
    },
    has(band) {
      if (!mayHave(band)) return false;
      for (let at = heads[band & (buckets - 1)] ?? 0; at !== 0; at = next[at] ?? 0) {
        if (bandOf[at] === band && keyOf[at] !== 0) return true;
      }
      return false;
    },
    some,
    all() {
      const entries = [];
      for (let at = 1; at < used; at++) {
        if (keyOf[at] !== 0) entries.push({ band: bandOf[at] ?? 0, key: keyOf[at] ?? 0, tag: tagOf[at] ?? 0 });
      }
      return entries.sort((a, b) => a.band - b.band || a.key - b.key);
    },
    clear() {
      heads.fill(0);
      met.fill(0);
      used = 1;
    },
  };
}
