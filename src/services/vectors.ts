import type { Config } from "../engine/config.ts";
import type { Guards } from "../engine/guards/guards.ts";
import type { Embedder } from "../engine/learning/embed.ts";
import { openRefusals } from "../engine/refusals.ts";
import { readSecret } from "../engine/secrets.ts";
import type { Qdrant } from "../engine/stores/qdrant-client.ts";
import type { RowsStore } from "../engine/stores/qdrant-vectors.ts";
import type { Sink, SinkOptions, Store } from "../engine/stores/store.ts";

/** What stands before every call to Qdrant; null where a single look is not counted. */
export type QdrantGuards = Pick<Guards, "breaker" | "limiter"> | null;

/** The Qdrant server that the configuration names, or null when the store of rows keeps the vectors. */
export async function qdrantOf(config: Config, guards: QdrantGuards): Promise<Qdrant | null> {
  const url = config.values["qdrant.url"];
  if (url === null) return null;
  const { openQdrant } = await import("../engine/stores/qdrant-client.ts");
  return openQdrant({
    url,
    apiKey: readSecret(config, "qdrant_api_key")?.reveal() ?? null,
    timeoutMs: config.values["qdrant.timeoutMs"],
    ask: (call, { signal }) =>
      guards === null ? call() : guards.limiter("qdrant").run(() => guards.breaker("qdrant").run(call), { signal }),
  });
}

/** How the sink of vectors is opened. */
export interface VectorsRun extends SinkOptions {
  readonly embedder: Embedder;
  /** Whether all vectors are to be made anew from the rows. */
  readonly rebuild: boolean;
  readonly guards: QdrantGuards;
}

// Its cursors and the rows it is filled from are asked for from within the sink, where no other breaker stands.
function behindBreaker(store: Store, guards: QdrantGuards): RowsStore {
  if (guards === null || store.kind !== "postgres") return store;
  const breaker = guards.breaker("postgresql");
  return {
    cursors: (sink, emit) => breaker.run(() => store.cursors(sink, emit)),
    saveCursors: (sink, cursors) => breaker.run(() => store.saveCursors(sink, cursors)),
    counts: () => breaker.run(() => store.counts()),
    withdrawn: (ids) => breaker.run(() => store.withdrawn(ids)),
    noteWithdrawn: (ids) => breaker.run(() => store.noteWithdrawn(ids)),
    openTables: () => breaker.run(() => store.openTables()),
  };
}

/** Opens the sink of vectors: in Qdrant where the configuration names one, else in the store of rows. */
export async function openVectorsSink(config: Config, store: Store, run: VectorsRun): Promise<Sink> {
  const { embedder, rebuild, emit, signal } = run;
  const qdrant = await qdrantOf(config, run.guards);
  if (qdrant === null) return store.openVectors(embedder, { rebuild, emit, signal });
  const { openQdrantVectors } = await import("../engine/stores/qdrant-vectors.ts");
  const prefix = config.values["qdrant.collectionPrefix"];
  const refusals = openRefusals(config.home, config.values["learning.rejectedKept"]);
  const rows = behindBreaker(store, run.guards);
  return openQdrantVectors({ qdrant, prefix, embedder, store: rows, rebuild, refusals, emit });
}

/** The lessons nearest to a vector, wherever vectors are kept, nearest first, with their cosine distance. */
export async function nearestTo(
  config: Config,
  store: Store,
  vector: Float32Array,
  limit: number,
  options: { readonly signal: AbortSignal },
): Promise<{ readonly id: string; readonly distance: number }[]> {
  const qdrant = await qdrantOf(config, null);
  if (qdrant === null) return store.nearestLessons(vector, limit);
  const { nearestInQdrant } = await import("../engine/stores/qdrant-vectors.ts");
  return nearestInQdrant(qdrant, config.values["qdrant.collectionPrefix"], vector, limit, options);
}
