/** The numbers of names in memory, found by the first 48 bits of each name. */
export interface NameMemory {
  readonly size: () => number;
  add(prefix: number, key: number): void;
  /** The keys of the names that begin so: nearly always one or none. */
  find(prefix: number): number[];
  clear(): void;
}

const firstSlots = 1 << 12;

/** The first 48 bits of a name given in hex. */
export function prefixOf(hex: string): number {
  return Number.parseInt(hex.slice(0, 12), 16);
}

/** Opens an empty memory: open addressing in flat arrays, at most half full, because there may be many names. */
export function openNameMemory(): NameMemory {
  let prefixes = new Float64Array(firstSlots);
  let keys = new Int32Array(firstSlots);
  let size = 0;
  // A prefix is part of a hash, so its remainder is spread evenly already.
  const put = (prefix: number, key: number) => {
    let slot = prefix % keys.length;
    while (keys[slot] !== 0) slot = (slot + 1) % keys.length;
    prefixes[slot] = prefix;
    keys[slot] = key;
  };
  return {
    size: () => size,
    add(prefix, key) {
      if (2 * ++size > keys.length) {
        const [oldPrefixes, oldKeys] = [prefixes, keys];
        prefixes = new Float64Array(2 * oldKeys.length);
        keys = new Int32Array(2 * oldKeys.length);
        for (const [slot, old] of oldKeys.entries()) if (old !== 0) put(oldPrefixes[slot] ?? 0, old);
      }
      put(prefix, key);
    },
    find(prefix) {
      const found: number[] = [];
      for (let slot = prefix % keys.length; keys[slot] !== 0; slot = (slot + 1) % keys.length) {
        if (prefixes[slot] === prefix) found.push(keys[slot] ?? 0);
      }
      return found;
    },
    clear() {
      prefixes = new Float64Array(firstSlots);
      keys = new Int32Array(firstSlots);
      size = 0;
    },
  };
}
