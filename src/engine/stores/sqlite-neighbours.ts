import type { Emit } from "../events.ts";
import type { Lesson } from "../learning/lesson.ts";
import { bandKeys, estimate, jaccard, shingles, signature } from "../learning/similar.ts";
import { appraise } from "../learning/value.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import type { Sink } from "./store.ts";

/** Newest candidates looked at; more would only be found in a very crowded band. */
const candidatesMax = 16;
/** Candidates compared exactly, best estimates first. */
const comparedMax = 2;

function numbersOf(blob: unknown): Uint32Array {
  if (!(blob instanceof Uint8Array)) return new Uint32Array();
  return new Uint32Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength));
}

function blobOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

interface Nearest {
  readonly id: string | null;
  readonly similarity: number;
}

function findNearest(store: Embedded, set: ReadonlySet<number>, bins: Uint32Array, keys: readonly number[]): Nearest {
  const found = new Set<number>();
  const rows = store.all(
    `SELECT key FROM bands WHERE band IN (?, ?, ?, ?, ?, ?, ?, ?) ORDER BY key DESC LIMIT ${candidatesMax}`,
    ...keys,
  );
  for (const { key } of rows) found.add(Number(key));
  const estimates = [...found].map((key) => {
    const row = store.get("SELECT signature FROM neighbours WHERE key = ?", key);
    return { key, share: estimate(bins, numbersOf(row?.signature)) };
  });
  let best: Nearest = { id: null, similarity: 0 };
  for (const { key } of estimates.sort((a, b) => b.share - a.share).slice(0, comparedMax)) {
    const row = store.get("SELECT id, shingles FROM neighbours WHERE key = ?", key);
    const similarity = jaccard(set, new Set(numbersOf(row?.shingles)));
    if (similarity > best.similarity) best = { id: String(row?.id), similarity };
  }
  return best;
}

function place(store: Embedded, lesson: Lesson): boolean {
  if (store.get("SELECT 1 FROM neighbours WHERE id = ?", lesson.id)) return false;
  const set = shingles(`${lesson.prompt}\n${lesson.response}`);
  const bins = signature(set);
  const keys = bandKeys(bins);
  const { id: nearest, similarity } = findNearest(store, set, bins, keys);
  const { value } = appraise(lesson, 1 - similarity);
  store.run(
    "INSERT INTO neighbours (id, signature, shingles, nearest, similarity, value) VALUES (?, ?, ?, ?, ?, ?)",
    lesson.id,
    blobOf(bins),
    blobOf(Uint32Array.from(set)),
    nearest,
    similarity,
    value,
  );
  const row = store.get("SELECT last_insert_rowid() AS key");
  for (const key of keys) store.run("INSERT OR IGNORE INTO bands (band, key) VALUES (?, ?)", key, Number(row?.key));
  return true;
}

/** The sink that measures how new each lesson is, and from that its value; optional work, so it may be put off. */
export function openNeighbours(store: Embedded, emit: Emit): Sink {
  return {
    name: "neighbours",
    optional: true,
    load: () => loadCursors(store, "neighbours", emit),
    take: (batch) =>
      store.commit(() => {
        const fresh = batch.lessons.filter((lesson) => place(store, lesson)).length;
        saveCursors(store, "neighbours", batch.cursors);
        return { fresh, duplicates: batch.lessons.length - fresh };
      }),
  };
}
