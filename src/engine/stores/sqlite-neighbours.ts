import type { Emit } from "../events.ts";
import type { Lesson } from "../learning/lesson.ts";
import { bandKeys, estimate, jaccard, shingles, signature } from "../learning/similar.ts";
import { appraise } from "../learning/value.ts";
import { hashWords } from "../learning/words.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import type { Sink } from "./store.ts";

/** Newest candidates looked at; more would only be found in a very crowded band. */
const candidatesMax = 16;
/** Candidates compared exactly, best estimates first. */
const comparedMax = 2;
/** Lessons whose bands are kept apart before they are put, in order, among all others: single ones would touch a page each. */
const youngLessons = 4096;

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

const textOf = ({ prompt, response }: { readonly prompt: unknown; readonly response: unknown }) =>
  `${prompt}\n${response}`;

function findNearest(store: Embedded, hashes: Uint32Array, bins: Uint32Array, keys: readonly number[]): Nearest {
  const found = new Set<number>();
  for (const table of ["young_bands", "bands"]) {
    const rows = store.all(
      `SELECT key FROM ${table} WHERE band IN (?, ?, ?, ?, ?, ?, ?, ?) ORDER BY key DESC LIMIT ${candidatesMax}`,
      ...keys,
    );
    for (const { key } of rows) if (found.size < candidatesMax) found.add(Number(key));
  }
  let best: Nearest = { id: null, similarity: 0 };
  if (found.size === 0) return best;
  const estimates = [...found].map((key) => {
    const row = store.get("SELECT id, signature FROM neighbours WHERE key = ?", key);
    return { id: String(row?.id), share: estimate(bins, numbersOf(row?.signature)) };
  });
  const set = shingles(hashes);
  for (const { id, share } of estimates.sort((a, b) => b.share - a.share).slice(0, comparedMax)) {
    // The rows may be behind; until they come the estimate has to do.
    const row = store.get("SELECT prompt, response FROM lessons WHERE id = ?", id);
    const { prompt, response } = row ?? {};
    const similarity = row ? jaccard(set, shingles(hashWords(textOf({ prompt, response })))) : share;
    if (similarity > best.similarity) best = { id, similarity };
  }
  return best;
}

function place(store: Embedded, lesson: Lesson): boolean {
  if (store.get("SELECT 1 FROM neighbours WHERE id = ?", lesson.id)) return false;
  const hashes = hashWords(textOf(lesson));
  const bins = signature(hashes);
  const keys = bandKeys(bins);
  const { id: nearest, similarity } = findNearest(store, hashes, bins, keys);
  const { value } = appraise(lesson, 1 - similarity);
  store.run(
    "INSERT INTO neighbours (id, signature, nearest, similarity, value) VALUES (?, ?, ?, ?, ?)",
    lesson.id,
    blobOf(bins),
    nearest,
    similarity,
    value,
  );
  const key = Number(store.get("SELECT last_insert_rowid() AS key")?.key);
  for (const band of keys) store.run("INSERT OR IGNORE INTO young_bands (band, key) VALUES (?, ?)", band, key);
  if (key % youngLessons === 0) {
    store.run("INSERT OR IGNORE INTO bands SELECT band, key FROM young_bands ORDER BY band");
    store.run("DELETE FROM young_bands");
  }
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
