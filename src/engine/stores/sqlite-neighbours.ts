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
} from "../learning/nearest.ts";
import { appraise } from "../learning/value.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import type { Sink } from "./store.ts";

function findNearest(store: Embedded, { set, bins, bands }: Measured): Nearest {
  const found = new Set<number>();
  const rows = store.all(
    `SELECT key FROM bands WHERE band IN (?, ?, ?, ?, ?, ?, ?, ?) ORDER BY key DESC LIMIT ${candidatesMax}`,
    ...bands,
  );
  for (const { key } of rows) found.add(Number(key));
  const candidates = [...found].map((key) => {
    const row = store.get("SELECT signature FROM neighbours WHERE key = ?", key);
    return { key, bins: numbersOfBytes(row?.signature) };
  });
  const compared = bestCandidates(bins, candidates).map((key) => {
    const row = store.get("SELECT id, shingles FROM neighbours WHERE key = ?", key);
    return { id: String(row?.id), set: new Set(numbersOfBytes(row?.shingles)) };
  });
  return nearestOf(set, compared);
}

function place(store: Embedded, lesson: Lesson): boolean {
  if (store.get("SELECT 1 FROM neighbours WHERE id = ?", lesson.id)) return false;
  const measured = measure(lesson);
  const { id: nearest, similarity } = findNearest(store, measured);
  const { value } = appraise(lesson, 1 - similarity);
  store.run(
    "INSERT INTO neighbours (id, signature, shingles, nearest, similarity, value) VALUES (?, ?, ?, ?, ?, ?)",
    lesson.id,
    bytesOfNumbers(measured.bins),
    bytesOfNumbers(Uint32Array.from(measured.set)),
    nearest,
    similarity,
    value,
  );
  const row = store.get("SELECT last_insert_rowid() AS key");
  for (const band of measured.bands) {
    store.run("INSERT OR IGNORE INTO bands (band, key) VALUES (?, ?)", band, Number(row?.key));
  }
  return true;
}

/** The sink that measures how new each lesson is, and from that its value; optional work, so it may be put off. */
export function openNeighbours(store: Embedded, emit: Emit): Sink {
  return {
    name: "neighbours",
    optional: true,
    load: async () => loadCursors(store, "neighbours", emit),
    take: (batch) =>
      store.commit(() => {
        const fresh = batch.lessons.filter((lesson) => place(store, lesson)).length;
        saveCursors(store, "neighbours", batch.cursors);
        return { fresh, duplicates: batch.lessons.length - fresh };
      }),
  };
}
