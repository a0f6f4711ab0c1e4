import type { Embedder } from "../learning/embed.ts";
import { withdrawnBy } from "../telemetry/batch.ts";
import { nowOrLater } from "./later.ts";
import { modelFact, toModel } from "./lesson-rows.ts";
import type { VectorModel } from "./listed.ts";
import { otherModel } from "./model.ts";
import type { Ask, Postgres } from "./postgres.ts";
import { loadCursors, lockSink, openDelivery } from "./postgres-cursors.ts";
import { unescapeText } from "./postgres-text.ts";
import { noteWithdrawn } from "./postgres-withdrawn.ts";
import type { Sink, SinkOptions } from "./store.ts";

const atOnce = 200;
const comparedAtOnce = 2000;

function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

function vectorOf(bytes: unknown): Float32Array {
  if (!(bytes instanceof Uint8Array)) return new Float32Array();
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The model of the vectors that are kept, or null where there are none. */
export async function vectorModel(ask: Ask): Promise<VectorModel | null> {
  return toModel((await ask("SELECT value FROM facts WHERE name = 'embedder'"))[0]?.value);
}

async function adopt(postgres: Postgres, wanted: VectorModel, rebuild: boolean): Promise<void> {
  await postgres.transaction(`The vectors of ${postgres.place} were not looked at`, async (ask) => {
    await lockSink(ask, postgres.schema, "vectors");
    const known = await vectorModel(ask);
    const same = known?.label === wanted.label && known.dimensions === wanted.dimensions;
    if (known && !same && !rebuild) throw otherModel(known, wanted);
    if (rebuild) await ask("DELETE FROM vectors");
    await ask(
      "INSERT INTO facts (name, value) VALUES ('embedder', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      [modelFact(wanted)],
    );
  });
}

// The given ids must be different; of those that are withdrawn nothing is kept.
async function insert(ask: Ask, ids: readonly string[], vectors: readonly Float32Array[]): Promise<number> {
  if (ids.length === 0) return 0;
  const added = await ask(
    `INSERT INTO vectors (key, id, embedding)
     SELECT (SELECT coalesce(max(key), 0) FROM vectors) + row_number() OVER (ORDER BY place), id, embedding
     FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS t (id, embedding, place)
     WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE vectors.id = t.id)
     AND NOT EXISTS (SELECT 1 FROM withdrawn WHERE withdrawn.id = t.id) RETURNING id`,
    [ids, vectors.map(bytesOf)],
  );
  return added.length;
}

/** Notes names as withdrawn and removes their vectors; returns how many there were. Only inside a transaction. */
export async function removeVectors(ask: Ask, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  await noteWithdrawn(ask, ids);
  return (await ask("DELETE FROM vectors WHERE id = ANY ($1::text[]) RETURNING id", [ids])).length;
}

async function rebuildAll(postgres: Postgres, embedder: Embedder, signal: AbortSignal): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await postgres.ask(
      "SELECT seq, id, prompt, response FROM lessons WHERE seq > $1 ORDER BY seq LIMIT $2",
      [after, atOnce],
    );
    if (rows.length === 0) return;
    const texts = rows.map(({ prompt, response }) => unescapeText(`${prompt}\n${response}`));
    const vectors = await embedder.embed(texts, { signal });
    await postgres.transaction("The vectors were not made anew", async (ask) => {
      await lockSink(ask, postgres.schema, "vectors");
      await insert(
        ask,
        rows.map(({ id }) => String(id)),
        vectors,
      );
    });
    after = Number(rows.at(-1)?.seq);
  }
}

/**
 * Opens the sink of vectors. Fails with `config` when the vectors that are kept were made by another model, unless they
 * are to be made anew from the rows.
 */
export async function openVectors(
  postgres: Postgres,
  embedder: Embedder,
  { rebuild, emit, signal }: SinkOptions & { readonly rebuild: boolean },
): Promise<Sink> {
  const adopted = await nowOrLater(async () => {
    await adopt(postgres, embedder, rebuild);
    if (rebuild) await rebuildAll(postgres, embedder, signal);
  });
  const delivery = openDelivery(postgres, "vectors");
  return {
    name: "vectors",
    optional: true,
    dependency: "postgresql",
    async load() {
      await adopted();
      return loadCursors(postgres.ask, "vectors", emit);
    },
    async take(batch, options) {
      const gone = withdrawnBy(batch);
      const unique = new Map(batch.lessons.map((lesson) => [lesson.id, lesson]));
      const rows = await postgres.ask("SELECT id FROM vectors WHERE id = ANY ($1::text[])", [[...unique.keys()]]);
      for (const { id } of rows) unique.delete(String(id));
      for (const id of gone) unique.delete(id);
      const missing = [...unique.values()];
      const texts = missing.map(({ prompt, response }) => `${prompt}\n${response}`);
      const vectors = await embedder.embed(texts, options);
      return delivery.take(batch, async (ask) => {
        const removed = await removeVectors(ask, gone);
        const added = await insert(
          ask,
          missing.map(({ id }) => id),
          vectors,
        );
        return { fresh: added, duplicates: batch.lessons.length - added, removed };
      });
    },
  };
}

// 1 − cosine, in double precision as sqlite-vec does it on the same single-precision numbers.
function distance(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squareA = 0;
  let squareB = 0;
  for (let place = 0; place < a.length; place++) {
    const [x, y] = [a[place] ?? 0, b[place] ?? 0];
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return 1 - dot / (Math.sqrt(squareA) * Math.sqrt(squareB));
}

/** The lessons nearest to a vector, nearest first, by comparing every vector exactly. */
export async function nearestLessons(
  ask: Ask,
  vector: Float32Array,
  limit: number,
): Promise<{ readonly id: string; readonly distance: number }[]> {
  let best: { readonly id: string; readonly distance: number }[] = [];
  for (let after = 0; ; ) {
    const rows = await ask("SELECT key, id, embedding FROM vectors WHERE key > $1 ORDER BY key LIMIT $2", [
      after,
      comparedAtOnce,
    ]);
    if (rows.length === 0) return best;
    const found = rows.map(({ id, embedding }) => ({
      id: String(id),
      distance: distance(vector, vectorOf(embedding)),
    }));
    best = [...best, ...found].sort((a, b) => a.distance - b.distance).slice(0, limit);
    after = Number(rows.at(-1)?.key);
  }
}
