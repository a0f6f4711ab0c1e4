/** Bands of lessons in memory: which keys were added under a band, newest first. */
export interface BandMemory {
  /** How many lessons it has. */
  readonly lessons: () => number;
  add(key: number, bands: readonly number[]): void;
  /** The newest keys that share a band, newest first, at most so many; a key is there once for each band it shares. */
  find(bands: readonly number[], limit: number): number[];
  /** Every band with its key, in order. */
  all(): { readonly band: number; readonly key: number }[];
  clear(): void;
}

const buckets = 1 << 17;
const firstEntries = 4096;

function longer(from: Float64Array): Float64Array<ArrayBuffer> {
  const to = new Float64Array(from.length * 2);
  to.set(from);
  return to;
}

/** Opens an empty memory: chained hashing in flat arrays, because there may be half a million bands. */
export function openBandMemory(): BandMemory {
  const heads = new Int32Array(buckets);
  let bandOf = new Float64Array(firstEntries);
  let keyOf = new Float64Array(firstEntries);
  let next = new Int32Array(firstEntries);
  let used = 1;
  let lessons = 0;
  const put = (band: number, key: number) => {
    if (used === bandOf.length) {
      [bandOf, keyOf] = [longer(bandOf), longer(keyOf)];
      const chains = new Int32Array(bandOf.length);
      chains.set(next);
      next = chains;
    }
    const bucket = band & (buckets - 1);
    [bandOf[used], keyOf[used], next[used]] = [band, key, heads[bucket] ?? 0];
    heads[bucket] = used++;
  };
  return {
    lessons: () => lessons,
    add(key, bands) {
      for (const band of bands) put(band, key);
      lessons++;
    },
    find(bands, limit) {
      const found: number[] = [];
      for (const band of bands) {
        let left = limit;
        for (let at = heads[band & (buckets - 1)] ?? 0; at !== 0 && left > 0; at = next[at] ?? 0) {
          if (bandOf[at] !== band) continue;
          found.push(keyOf[at] ?? 0);
          left--;
        }
      }
      return found.sort((a, b) => b - a).slice(0, limit);
    },
    all() {
      const entries = Array.from({ length: used - 1 }, (_, at) => ({
        band: bandOf[at + 1] ?? 0,
        key: keyOf[at + 1] ?? 0,
      }));
      return entries.sort((a, b) => a.band - b.band || a.key - b.key);
    },
    clear() {
      heads.fill(0);
      used = 1;
      lessons = 0;
    },
  };
}
