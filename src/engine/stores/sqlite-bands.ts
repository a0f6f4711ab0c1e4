import { type BandMemory, openBandMemory } from "../learning/band-memory.ts";
import type { Entry } from "../learning/entry.ts";
import { alikeKeys, keysOf } from "../learning/form.ts";
import { enteredKeys, kindOf, noEntries, tagOf } from "../learning/near-index.ts";
import { isNew, type Placed } from "../learning/placed.ts";
import type { Embedded } from "./sqlite.ts";
import { factOf, saveFact } from "./sqlite-facts.ts";
import { placedAfter } from "./sqlite-placed.ts";

/** Entries that are only in memory, made again from the rows of their lessons; more of them are put into the table. */
const youngEntries = 1 << 20;
const rowsAtOnce = 1000;
/** The fact that says up to which lesson entries are in the table. */
export const foldedFact = "bands.folded";

/** The index of near-duplicates: entries of the newest lessons in memory, the rest in a table. */
export interface Bands {
  /** Makes the memory what the rows say, unless it is; call it first in every commit. */
  meet(): void;
  /** Says that all that was changed since `meet` is committed. */
  committed(): void;
  readonly each: BandMemory["each"];
  readonly has: BandMemory["has"];
  readonly some: BandMemory["some"];
  add(placed: Placed): void;
  /** Takes out what was added with this tag. */
  remove(placed: Placed): void;
}

function foldedTo(store: Embedded): number {
  return Number(factOf(store, foldedFact) ?? 0);
}

function lastKey(store: Embedded): number {
  return Number(store.get("SELECT max(key) AS key FROM neighbours")?.key ?? 0);
}

/** Says that the table has the entries of every measured lesson; only inside a commit. */
export function saveFolded(store: Embedded): void {
  saveFact(store, foldedFact, String(lastKey(store)));
}

/** Puts the entries that are only in memory into a table of this connection, which may be one that only looks. */
export function showYoungBands(store: Embedded): void {
  const memory = openBandMemory();
  remember(store, memory, foldedTo(store));
  store.run("DROP TABLE IF EXISTS temp.young_bands");
  store.run(
    "CREATE TEMP TABLE young_bands (band INTEGER, key INTEGER, tag INTEGER, PRIMARY KEY (band, key)) WITHOUT ROWID",
  );
  for (const { band, key, tag } of memory.all()) {
    store.run("INSERT OR IGNORE INTO temp.young_bands (band, key, tag) VALUES (?, ?, ?)", band, key, tag);
  }
}

function remember(store: Embedded, memory: BandMemory, after: number): void {
  for (let last = after; ; ) {
    const rows = placedAfter(store, last, rowsAtOnce);
    for (const placed of rows) {
      if (isNew(placed) || placed.kept === null) enter(placed, memory.some, memory.add);
    }
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end.key;
  }
}

// Under a key of what is alike, one of each template that was not new is enough.
function enter(placed: Placed, some: BandMemory["some"], add: BandMemory["add"]) {
  const entry = { key: placed.key, tag: tagOf(placed) };
  const keys = enteredKeys(placed);
  for (let at = 0; at < keys.length; at++) {
    const band = keys[at] ?? 0;
    if (!isNew(placed)) {
      const isAlike = at < alikeKeys(placed.form);
      const stands = (key: number, tag: number) => key === entry.key || (isAlike && kindOf(tag) === kindOf(entry.tag));
      if (some(band, stands)) continue;
    }
    add(band, entry);
  }
}

/** Opens the index of a store; at most so many entries are in memory. */
export function openBands(store: Embedded, youngMax = youngEntries): Bands {
  const memory = openBandMemory();
  let known = 0;
  let folded = 0;
  let isSure = false;
  const fold = () => {
    for (const { band, key, tag } of memory.all()) {
      store.run("INSERT OR IGNORE INTO bands (band, key, tag) VALUES (?, ?, ?)", band, key, tag);
    }
    saveFolded(store);
    memory.clear();
    folded = foldedTo(store);
  };
  // What the table has, as far as it was asked in this commit.
  const asked = new Map<number, readonly Entry[]>();
  const inTable = (band: number): readonly Entry[] => {
    let entries = asked.get(band);
    if (entries === undefined) {
      const rows = store.all("SELECT key, tag FROM bands WHERE band = ? ORDER BY key DESC", band);
      entries = rows.length === 0 ? noEntries : rows.map(({ key, tag }) => ({ key: Number(key), tag: Number(tag) }));
      asked.set(band, entries);
    }
    return entries;
  };
  const each = (band: number, most: number, see: (key: number, tag: number) => void) => {
    const count = memory.each(band, most, see);
    if (folded === 0 || count >= most) return count;
    const older = inTable(band);
    for (let at = 0; at < older.length && count + at < most; at++) see(older[at]?.key ?? 0, older[at]?.tag ?? 0);
    return Math.min(most, count + older.length);
  };
  const some = (band: number, isSuch: (key: number, tag: number) => boolean) =>
    memory.some(band, isSuch) || (folded !== 0 && inTable(band).some(({ key, tag }) => isSuch(key, tag)));
  return {
    meet() {
      asked.clear();
      const last = lastKey(store);
      if (!isSure || last !== known || folded !== foldedTo(store)) {
        memory.clear();
        folded = foldedTo(store);
        remember(store, memory, folded);
        known = last;
      }
      isSure = false;
      if (memory.entries() >= youngMax) fold();
    },
    committed() {
      known = lastKey(store);
      isSure = true;
    },
    each,
    has: (band) => memory.has(band) || (folded !== 0 && inTable(band).length > 0),
    some,
    add(placed) {
      if (placed.key > folded) return enter(placed, some, memory.add);
      enter(placed, some, (band, { key, tag }) => {
        asked.delete(band);
        store.run("INSERT OR IGNORE INTO bands (band, key, tag) VALUES (?, ?, ?)", band, key, tag);
      });
    },
    remove(placed) {
      for (const band of keysOf(placed.form)) {
        if (placed.key > folded) memory.remove(band, placed.key);
        else {
          asked.delete(band);
          store.run("DELETE FROM bands WHERE band = ? AND key = ?", band, placed.key);
        }
      }
    },
  };
}
