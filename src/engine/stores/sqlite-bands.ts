import { type BandMemory, openBandMemory } from "../learning/band-memory.ts";
import { candidatesMax, numbersOfBytes } from "../learning/nearest.ts";
import { bandKeys } from "../learning/similar.ts";
import type { Embedded } from "./sqlite.ts";
import { factOf, saveFact } from "./sqlite-facts.ts";

/** Lessons whose bands are only in memory, made again from their signatures; more of them are put into the table. */
const youngLessons = 65_536;
/** The fact that says to which key bands are in the table. */
export const foldedFact = "bands.folded";

/** The bands of all measured lessons: the newest in memory, the rest in a table. */
export interface Bands {
  /** Makes the memory what the table of measured lessons says; call it in every commit, once nothing more is removed. */
  meet(): void;
  /** The keys of the newest lessons that share a band. */
  find(bands: readonly number[]): number[];
  add(key: number, bands: readonly number[]): void;
  /** Forgets a lesson's bands, before its row is deleted; only before `meet`. */
  remove(key: number): void;
}

function foldedTo(store: Embedded): number {
  return Number(factOf(store, foldedFact) ?? 0);
}

function lastKey(store: Embedded): number {
  return Number(store.get("SELECT max(key) AS key FROM neighbours")?.key ?? 0);
}

/** Says that the table has the bands of every measured lesson; only inside a commit. */
export function saveFolded(store: Embedded): void {
  saveFact(store, foldedFact, String(lastKey(store)));
}

/** Puts the bands that are only in memory into a table of this connection, which may be one that only looks. */
export function showYoungBands(store: Embedded): void {
  const memory = openBandMemory();
  remember(store, memory, foldedTo(store));
  store.run("DROP TABLE IF EXISTS temp.young_bands");
  store.run("CREATE TEMP TABLE young_bands (band INTEGER, key INTEGER, PRIMARY KEY (band, key)) WITHOUT ROWID");
  for (const { band, key } of memory.all()) {
    store.run("INSERT OR IGNORE INTO young_bands (band, key) VALUES (?, ?)", band, key);
  }
}

function remember(store: Embedded, memory: BandMemory, after: number): void {
  for (const { key, signature } of store.all("SELECT key, signature FROM neighbours WHERE key > ?", after)) {
    memory.add(Number(key), bandKeys(numbersOfBytes(signature)));
  }
}

/** Opens the bands of a store; at most so many lessons have theirs in memory. */
export function openBands(store: Embedded, youngMax = youngLessons): Bands {
  const memory = openBandMemory();
  let known = 0;
  let folded = 0;
  let outdated = true;
  const fold = () => {
    for (const { band, key } of memory.all()) {
      store.run("INSERT OR IGNORE INTO bands (band, key) VALUES (?, ?)", band, key);
    }
    saveFolded(store);
    outdated = true;
  };
  return {
    meet() {
      const last = lastKey(store);
      // Undone keys are in memory, or the table has them now.
      if (outdated || last < known) {
        memory.clear();
        folded = foldedTo(store);
        known = folded;
        outdated = false;
      }
      if (last === known) return;
      remember(store, memory, known);
      known = last;
    },
    find(bands) {
      const found = memory.find(bands, candidatesMax);
      if (folded === 0 || found.length === candidatesMax) return [...new Set(found)];
      const rows = store.all(
        `SELECT key FROM bands WHERE band IN (?, ?, ?, ?, ?, ?, ?, ?) ORDER BY key DESC LIMIT ?`,
        ...bands,
        candidatesMax - found.length,
      );
      return [...new Set([...found, ...rows.map(({ key }) => Number(key))])];
    },
    add(key, bands) {
      memory.add(key, bands);
      known = key;
      if (memory.lessons() >= youngMax && !outdated) fold();
    },
    remove(key) {
      store.run("DELETE FROM bands WHERE key = ?", key);
      // The number of the newest lesson is given again to the next one.
      const last = Number(store.get("SELECT max(key) AS key FROM neighbours WHERE key <> ?", key)?.key ?? 0);
      if (last < foldedTo(store)) saveFact(store, foldedFact, String(last));
      outdated = true;
    },
  };
}
