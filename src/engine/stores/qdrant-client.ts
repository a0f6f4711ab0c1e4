import { Failure } from "../errors.ts";
import { isMissing, qdrantFailure } from "./qdrant-failure.ts";

/** Asks once, within whatever guards the caller puts around a call. */
export type Ask = <T>(call: () => Promise<T>, options: { readonly signal: AbortSignal }) => Promise<T>;

/** How a Qdrant server is reached. */
export interface QdrantServer {
  readonly url: string;
  readonly apiKey: string | null;
  readonly timeoutMs: number;
  /** The breaker and the limits around every call. */
  readonly ask: Ask;
}

/** One point: a vector with what is told about it, under a UUID. */
export interface Point {
  readonly id: string;
  readonly vector: readonly number[];
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What a collection is, as the server tells it. */
export interface CollectionState {
  readonly points: number;
  /** Length of its vectors; null when it does not have one vector for each point. */
  readonly dimensions: number | null;
  readonly distance: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The fields of payloads that have an index. */
  readonly indexed: readonly string[];
}

/** What a collection is made with. */
export interface NewCollection {
  readonly dimensions: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The types of payload indexes that are made. */
export type IndexType = "keyword" | "datetime" | "uuid";

interface Options {
  readonly signal: AbortSignal;
}

/** A Qdrant server. Every call fails with `silent`, `full`, `config` or `refused`, and is given up with the signal. */
export interface Qdrant {
  readonly url: string;
  version(options: Options): Promise<string>;
  /** The state of a collection, or null when there is none of this name. */
  collection(name: string, options: Options): Promise<CollectionState | null>;
  create(name: string, collection: NewCollection, options: Options): Promise<void>;
  drop(name: string, options: Options): Promise<void>;
  /** Adds to a collection's metadata. */
  note(name: string, metadata: Readonly<Record<string, unknown>>, options: Options): Promise<void>;
  index(name: string, field: string, type: IndexType, options: Options): Promise<void>;
  /** Which of these points there are. */
  known(name: string, ids: readonly string[], options: Options): Promise<string[]>;
  /** Adds points, or puts them in the place of those with the same ids; resolves once the server has them for good. */
  upsert(name: string, points: readonly Point[], options: Options): Promise<void>;
  /** Removes points; resolves once the server has removed them for good. */
  remove(name: string, ids: readonly string[], options: Options): Promise<void>;
  /** The points nearest to a vector, nearest first, with their cosine similarity. */
  nearest(name: string, vector: readonly number[], limit: number, options: Options): Promise<Found[]>;
}

/** A point that was found, and the lesson it stands for. */
export interface Found {
  readonly lesson: string;
  /** Cosine similarity, -1 to 1. */
  readonly similarity: number;
}

// The original system's index: 16 edges a node, 64 looked at while building, full scans below 10,000 kB.
const hnsw = { m: 16, ef_construct: 64, full_scan_threshold: 10_000 } as const;

async function openApi({ url, apiKey }: QdrantServer) {
  const { QdrantClient } = await import("@qdrant/js-client-rest");
  const { protocol, hostname, port, pathname } = new URL(url);
  const client = new QdrantClient({
    host: hostname,
    port: port === "" ? null : Number(port),
    https: protocol === "https:",
    prefix: pathname.replace(/\/+$/, ""),
    // As a plain header: the client prints a warning when it is given a key for http.
    ...(apiKey === null ? {} : { headers: { "api-key": apiKey } }),
    checkCompatibility: false,
    // Each call brings its own time limit, which the client's would replace.
    timeout: Number.POSITIVE_INFINITY,
  });
  return client.api();
}

/** Opens the client of a Qdrant server; nothing is asked yet. */
export async function openQdrant(server: QdrantServer): Promise<Qdrant> {
  const { url, timeoutMs, ask } = server;
  const api = await openApi(server);
  let known = false;

  const call = async <T>(what: string, { signal }: Options, send: (init: RequestInit) => Promise<T>): Promise<T> =>
    ask(
      async () => {
        signal.throwIfAborted();
        // Not AbortSignal.timeout: that would keep every request in memory until its time limit.
        const limit = new AbortController();
        const late = setTimeout(() => limit.abort(new DOMException("no answer", "TimeoutError")), timeoutMs);
        const giveUp = () => limit.abort(signal.reason);
        signal.addEventListener("abort", giveUp, { once: true });
        try {
          return await send({ redirect: "error", signal: limit.signal });
        } catch (error) {
          if (signal.aborted) throw signal.reason;
          throw qdrantFailure(error, { url, what, known });
        } finally {
          clearTimeout(late);
          signal.removeEventListener("abort", giveUp);
        }
      },
      { signal },
    );

  const resultOf = <T>(what: string, { data }: { readonly data: { readonly result?: T } }): T => {
    if (data.result !== undefined) return data.result;
    throw new Failure("silent", { what, why: `${url} answered without a result`, hint: "It is tried again" });
  };

  const changed = (what: string, answer: { readonly data: { readonly result?: { readonly status: string } } }) => {
    const { status } = resultOf(what, answer);
    if (status === "completed") return;
    throw new Failure("silent", { what, why: `${url} said ${status}, not completed`, hint: "It is tried again" });
  };

  return {
    url,
    async version(options) {
      const what = "The version of Qdrant was not read";
      const { data } = await call(what, options, (init) => api.root({}, init));
      if (typeof data === "object" && data !== null && typeof data.version === "string" && /qdrant/i.test(data.title)) {
        known = true;
        return data.version;
      }
      throw new Failure("config", {
        what,
        why: `${url} answers, but not as a Qdrant server`,
        hint: "Give the address of a Qdrant server. Type: aistack config set qdrant.url http://localhost:6333",
      });
    },
    async collection(name, options) {
      const what = `The collection ${name} was not looked at`;
      try {
        const answer = await call(what, options, (init) => api.getCollection({ collection_name: name }, init));
        const { config, points_count, payload_schema } = resultOf(what, answer);
        const vectors = config.params.vectors;
        const size = vectors?.size;
        const distance = vectors?.distance;
        return {
          points: points_count ?? 0,
          dimensions: typeof size === "number" ? size : null,
          distance: typeof distance === "string" ? distance : null,
          metadata: { ...config.metadata },
          indexed: Object.keys(payload_schema),
        };
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async create(name, { dimensions, metadata }, options) {
      await call(`The collection ${name} was not made`, options, (init) =>
        api.createCollection(
          {
            collection_name: name,
            vectors: { size: dimensions, distance: "Cosine" },
            hnsw_config: hnsw,
            on_disk_payload: true,
            metadata,
          },
          init,
        ),
      );
    },
    async drop(name, options) {
      await call(`The collection ${name} was not removed`, options, (init) =>
        api.deleteCollection({ collection_name: name }, init),
      );
    },
    async note(name, metadata, options) {
      await call(`The collection ${name} was not changed`, options, (init) =>
        api.updateCollection({ collection_name: name, metadata }, init),
      );
    },
    async index(name, field, type, options) {
      const what = `The index of ${field} in ${name} was not made`;
      const answer = await call(what, options, (init) =>
        api.createFieldIndex({ collection_name: name, field_name: field, field_schema: type, wait: true }, init),
      );
      changed(what, answer);
    },
    async known(name, ids, options) {
      if (ids.length === 0) return [];
      const what = `The points of ${name} were not looked up`;
      const asked = { collection_name: name, ids: [...ids], with_payload: false, with_vector: false };
      const answer = await call(what, options, (init) => api.getPoints(asked, init));
      return resultOf(what, answer).map(({ id }) => String(id));
    },
    async upsert(name, points, options) {
      const what = `${points.length} points were not added to ${name}`;
      const list = points.map(({ id, vector, payload }) => ({ id, vector: [...vector], payload: { ...payload } }));
      const answer = await call(what, options, (init) =>
        api.upsertPoints({ collection_name: name, wait: true, points: list }, init),
      );
      changed(what, answer);
    },
    async remove(name, ids, options) {
      if (ids.length === 0) return;
      const what = `${ids.length} points were not removed from ${name}`;
      const asked = { collection_name: name, wait: true, points: [...ids] };
      const answer = await call(what, options, (init) => api.deletePoints(asked, init));
      changed(what, answer);
    },
    async nearest(name, vector, limit, options) {
      const asked = { collection_name: name, query: [...vector], limit, with_payload: ["lesson_id"] };
      const what = `${name} was not searched`;
      const answer = await call(what, options, (init) => api.queryPoints(asked, init));
      return resultOf(what, answer).points.map(({ score, payload }) => ({
        similarity: score,
        lesson: String(payload?.lesson_id ?? ""),
      }));
    },
  };
}
