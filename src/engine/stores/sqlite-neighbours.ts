import type { Emit } from "../events.ts";
import type { Lesson } from "../learning/lesson.ts";
import {
  bestCandidates,
  bytesOfNumbers,
  candidatesMax,
  type Measured,
  measure,
  type Nearest,
  nearestOf,
  numbersOfBytes,
  openRecentWords,
  type RecentWords,
} from "../learning/nearest.ts";
import { appraise } from "../learning/value.ts";
import { hashWords } from "../learning/words.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import type { Sink } from "./store.ts";

/** Lessons whose bands are kept apart before they are put, in order, among all others: single ones would touch a page each. */
const youngLessons = 4096;

function hashesOf(store: Embedded, recent: RecentWords, id: string): Uint32Array | null {
  const known = recent.get(id);
  if (known) return known;
  const row = store.get("SELECT prompt, response FROM lessons WHERE id = ?", id);
  return row ? hashWords(`${row.prompt}\n${row.response}`) : null;
}

function findNearest(store: Embedded, recent: RecentWords, { hashes, bins, bands }: Measured): Nearest {
  const found = new Set<number>();
  for (const table of ["young_bands", "bands"]) {
    const rows = store.all(
      `SELECT key FROM ${table} WHERE band IN (?, ?, ?, ?, ?, ?, ?, ?) ORDER BY key DESC LIMIT ${candidatesMax - found.size}`,
      ...bands,
    );
    for (const { key } of rows) found.add(Number(key));
  }
  const ids = new Map<number, string>();
  const candidates = [...found].map((key) => {
    const row = store.get("SELECT id, signature FROM neighbours WHERE key = ?", key);
    ids.set(key, String(row?.id));
    return { key, bins: numbersOfBytes(row?.signature) };
  });
  const compared = bestCandidates(bins, candidates).map(({ key, share }) => {
    const id = ids.get(key) ?? "";
    return { id, hashes: hashesOf(store, recent, id), share };
  });
  return nearestOf(hashes, compared);
}

function place(store: Embedded, recent: RecentWords, lesson: Lesson): boolean {
  if (store.get("SELECT 1 FROM neighbours WHERE id = ?", lesson.id)) return false;
  const measured = measure(lesson);
  const { id: nearest, similarity } = findNearest(store, recent, measured);
  const { value } = appraise(lesson, 1 - similarity);
  store.run(
    "INSERT INTO neighbours (id, signature, nearest, similarity, value) VALUES (?, ?, ?, ?, ?)",
    lesson.id,
    bytesOfNumbers(measured.bins),
    nearest,
    similarity,
    value,
  );
  const key = Number(store.get("SELECT last_insert_rowid() AS key")?.key);
  for (const band of measured.bands) {
    store.run("INSERT OR IGNORE INTO young_bands (band, key) VALUES (?, ?)", band, key);
  }
  if (key % youngLessons === 0) foldYoungBands(store);
  recent.keep(lesson.id, measured.hashes);
  return true;
}

// Puts the bands kept apart among all others; only inside a commit.
function foldYoungBands(store: Embedded): void {
  store.run("INSERT OR IGNORE INTO bands SELECT band, key FROM young_bands ORDER BY band");
  store.run("DELETE FROM young_bands");
}

/** The sink that measures how new each lesson is, and from that its value; optional work, so it may be put off. */
export function openNeighbours(store: Embedded, emit: Emit): Sink {
  const recent = openRecentWords();
  return {
    name: "neighbours",
    optional: true,
    load: async () => loadCursors(store, "neighbours", emit),
    take: (batch) =>
      store.commit(() => {
        const fresh = batch.lessons.filter((lesson) => place(store, recent, lesson)).length;
        saveCursors(store, "neighbours", batch.cursors);
        return { fresh, duplicates: batch.lessons.length - fresh };
      }),
  };
}
