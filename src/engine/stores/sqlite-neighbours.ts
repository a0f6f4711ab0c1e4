import type { Emit } from "../events.ts";
import type { Lesson } from "../learning/lesson.ts";
import { bandKeys, nearest, shingles, signature } from "../learning/similar.ts";
import { appraise } from "../learning/value.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import type { Sink } from "./store.ts";

/** Candidates compared exactly for one lesson; more would only be found in a very crowded band. */
const candidatesMax = 32;

function toSet(blob: unknown): Set<number> {
  if (!(blob instanceof Uint8Array)) return new Set();
  return new Set(new Uint32Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength)));
}

function place(store: Embedded, lesson: Lesson): boolean {
  if (store.get("SELECT 1 FROM neighbours WHERE id = ?", lesson.id)) return false;
  const set = shingles(`${lesson.prompt}\n${lesson.response}`);
  const keys = bandKeys(signature(set));
  const found = new Set<unknown>();
  for (const key of keys) {
    for (const row of store.all("SELECT key FROM bands WHERE band = ? LIMIT ?", key, candidatesMax)) found.add(row.key);
  }
  const candidates = [...found].slice(0, candidatesMax).map((key) => {
    const row = store.get("SELECT id, shingles FROM neighbours WHERE key = ?", Number(key));
    return { key: String(row?.id), shingles: toSet(row?.shingles) };
  });
  const best = nearest(set, candidates);
  const similarity = best?.similarity ?? 0;
  const { value } = appraise(lesson, 1 - similarity);
  store.run(
    "INSERT INTO neighbours (id, shingles, nearest, similarity, value) VALUES (?, ?, ?, ?, ?)",
    lesson.id,
    new Uint8Array(Uint32Array.from(set).buffer),
    best?.key ?? null,
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
