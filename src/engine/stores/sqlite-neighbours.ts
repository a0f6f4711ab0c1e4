import type { Emit } from "../events.ts";
import type { Lesson } from "../learning/lesson.ts";
import {
  bestCandidates,
  bytesOfNumbers,
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
import { withdrawnBy } from "../telemetry/batch.ts";
import type { Embedded } from "./sqlite.ts";
import { type Bands, openBands } from "./sqlite-bands.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import { nameOf } from "./sqlite-names.ts";
import { noteWithdrawn, teachable } from "./sqlite-withdrawn.ts";
import type { Sink } from "./store.ts";

function hashesOf(store: Embedded, recent: RecentWords<number>, key: number): Uint32Array | null {
  const known = recent.get(key);
  if (known) return known;
  const row = store.get("SELECT prompt, response FROM lessons WHERE id = ?", key);
  return row ? hashWords(`${row.prompt}\n${row.response}`) : null;
}

function findNearest(store: Embedded, bands: Bands, recent: RecentWords<number>, measured: Measured): Nearest<number> {
  const ids = new Map<number, number>();
  const candidates = bands.find(measured.bands).flatMap((key) => {
    const row = store.get("SELECT id, signature FROM neighbours WHERE key = ?", key);
    if (row === undefined) return [];
    ids.set(key, Number(row.id));
    return [{ key, bins: numbersOfBytes(row.signature) }];
  });
  const compared = bestCandidates(measured.bins, candidates).map(({ key, share }) => {
    const id = ids.get(key) ?? 0;
    return { id, hashes: hashesOf(store, recent, id), share };
  });
  return nearestOf(measured.words, compared);
}

function place(store: Embedded, bands: Bands, recent: RecentWords<number>, lesson: Lesson): boolean {
  const id = nameOf(store, lesson.id);
  if (store.get("SELECT 1 FROM neighbours WHERE id = ?", id)) return false;
  const measured = measure(lesson);
  const { id: nearest, similarity } = findNearest(store, bands, recent, measured);
  const { value } = appraise(lesson, 1 - similarity);
  const key = store.add(
    "INSERT INTO neighbours (id, signature, nearest, similarity, value) VALUES (?, ?, ?, ?, ?)",
    id,
    bytesOfNumbers(measured.bins),
    nearest,
    similarity,
    value,
  );
  bands.add(key, measured.bands);
  recent.keep(id, measured.words);
  return true;
}

// What was near to a withdrawn lesson is measured as if that had never been there.
function remove(store: Embedded, bands: Bands, id: number): boolean {
  const row = store.get("SELECT key FROM neighbours WHERE id = ?", id);
  if (row === undefined) return false;
  bands.remove(Number(row.key));
  store.run("DELETE FROM neighbours WHERE id = ?", id);
  store.run("UPDATE neighbours SET nearest = NULL, similarity = 0 WHERE nearest = ?", id);
  return true;
}

/** The sink that measures how new each lesson is, and from that its value; optional work, so it may be put off. */
export function openNeighbours(store: Embedded, emit: Emit): Sink {
  const recent = openRecentWords<number>();
  const bands = openBands(store);
  return {
    name: "neighbours",
    optional: true,
    load: async () => loadCursors(store, "neighbours", emit),
    take: (batch) =>
      store.commit(() => {
        const gone = noteWithdrawn(store, withdrawnBy(batch));
        const removed = gone.filter((key) => remove(store, bands, key)).length;
        bands.meet();
        const lessons = teachable(store, batch.lessons);
        const added = lessons.filter((lesson) => place(store, bands, recent, lesson)).length;
        saveCursors(store, "neighbours", batch.cursors);
        return { fresh: added - removed, duplicates: batch.lessons.length - added };
      }),
  };
}
