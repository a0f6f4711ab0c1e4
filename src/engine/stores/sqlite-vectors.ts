import type { Emit } from "../events.ts";
import type { Embedder } from "../learning/embed.ts";
import type { Lesson } from "../learning/lesson.ts";
import { lessonVector } from "../learning/lesson-forms.ts";
import { lexical } from "../learning/lexical.ts";
import { withdrawnBy } from "../telemetry/batch.ts";
import { modelFact } from "./lesson-rows.ts";
import { otherModel } from "./model.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import { idText, keptOf, nameOf } from "./sqlite-names.ts";
import { vectorModel } from "./sqlite-reads.ts";
import { noteWithdrawn, teachable } from "./sqlite-withdrawn.ts";
import type { Sink } from "./store.ts";

const rebuiltAtOnce = 200;

function blob(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function insert(store: Embedded, key: number, vector: Float32Array): boolean {
  return store.run("INSERT INTO vectors (id, embedding) VALUES (?, ?) ON CONFLICT DO NOTHING", key, blob(vector)) > 0;
}

function vectorsOf(
  embedder: Embedder,
  lessons: readonly Lesson[],
  options: { readonly signal: AbortSignal },
): Float32Array[] | Promise<Float32Array[]> {
  // The words of a lesson are hashed once for all sinks.
  if (embedder === lexical) return lessons.map(lessonVector);
  return embedder.embed(
    lessons.map(({ prompt, response }) => `${prompt}\n${response}`),
    options,
  );
}

// What a server is asked for costs more than a look whether it is there; a lexical vector does not.
function unembedded(store: Embedded, lessons: readonly Lesson[]): readonly Lesson[] {
  const known = keptOf(
    store,
    "vectors",
    lessons.map(({ id }) => id),
  );
  return lessons.filter(({ id }) => !known.has(id));
}

async function adopt(store: Embedded, { label, dimensions }: Embedder, rebuild: boolean): Promise<void> {
  const known = vectorModel(store);
  const same = known?.label === label && known.dimensions === dimensions;
  if (known && !same && !rebuild) throw otherModel(known, { label, dimensions });
  await store.commit(() => {
    if (rebuild) store.run("DELETE FROM vectors");
    store.run("INSERT OR REPLACE INTO facts (name, value) VALUES ('embedder', ?)", modelFact({ label, dimensions }));
  });
}

async function rebuildAll(store: Embedded, embedder: Embedder, signal: AbortSignal): Promise<void> {
  for (let after = 0; ; ) {
    const rows = store.all(
      `SELECT seq, id, prompt, response FROM lessons WHERE seq > ?
       AND NOT EXISTS (SELECT 1 FROM withdrawn WHERE withdrawn.id = lessons.id) ORDER BY seq LIMIT ?`,
      after,
      rebuiltAtOnce,
    );
    if (rows.length === 0) return;
    const vectors = await embedder.embed(
      rows.map(({ prompt, response }) => `${prompt}\n${response}`),
      { signal },
    );
    await store.commit(() => {
      rows.forEach(({ id }, index) => {
        const vector = vectors[index];
        if (vector) insert(store, Number(id), vector);
      });
    });
    after = Number(rows.at(-1)?.seq);
  }
}

/**
 * Opens the sink of vectors. Fails with `config` when the vectors that are kept were made by another model, unless they
 * are to be made anew from the rows.
 */
export async function openVectors(
  store: Embedded,
  embedder: Embedder,
  { rebuild, emit, signal }: { readonly rebuild: boolean; readonly emit: Emit; readonly signal: AbortSignal },
): Promise<Sink> {
  await adopt(store, embedder, rebuild);
  if (rebuild) await rebuildAll(store, embedder, signal);
  return {
    name: "vectors",
    optional: true,
    load: async () => loadCursors(store, "vectors", emit),
    async take(batch, options) {
      const missing = embedder === lexical ? batch.lessons : unembedded(store, batch.lessons);
      const gone = withdrawnBy(batch);
      const vectors = await vectorsOf(embedder, missing, options);
      return store.commit(() => {
        let added = 0;
        let removed = 0;
        for (const key of noteWithdrawn(store, gone)) removed += store.run("DELETE FROM vectors WHERE id = ?", key);
        const wanted = new Set(teachable(store, missing));
        missing.forEach((lesson, index) => {
          const vector = vectors[index];
          if (vector && wanted.has(lesson) && insert(store, nameOf(store, lesson.id), vector)) added++;
        });
        saveCursors(store, "vectors", batch.cursors);
        return { fresh: added, duplicates: batch.lessons.length - added, removed };
      });
    },
  };
}

/** The lessons nearest to a vector, nearest first, with their cosine distance (0 the same, 2 opposite). */
export async function nearestLessons(
  store: Embedded,
  vector: Float32Array,
  limit: number,
): Promise<{ readonly id: string; readonly distance: number }[]> {
  await store.loadVectorFunctions();
  return store
    .all(
      `SELECT ${idText()} AS id, distance FROM (
         SELECT id AS named, vec_distance_cosine(embedding, ?) AS distance FROM vectors ORDER BY distance LIMIT ?
       ) JOIN names ON names.key = named ORDER BY distance`,
      blob(vector),
      limit,
    )
    .map(({ id, distance }) => ({ id: String(id), distance: Number(distance) }));
}
