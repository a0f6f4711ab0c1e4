import { join } from "node:path";
import type { Operation } from "./openapi.ts";
import { type CollectionConfig, type KeptPoint, Points } from "./qdrant-points.ts";

/** What the server does not do, with the status it says so with; 501 is for what only the stand-in cannot. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What answers are made from. */
export interface Context {
  readonly collections: Map<string, Points>;
  readonly directory: string;
  readonly version: string;
  readonly refusePayload: (payload: unknown) => string | null;
}

type Body = { readonly [key: string]: unknown };
type Answer = { readonly result: unknown } | { readonly title: string; readonly version: string } | string;

function bodyOf(value: unknown): Body {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The answer to a request that keeps to the interface description. Throws a `Refusal`. */
export function answerQdrant(operation: Operation, query: URLSearchParams, given: unknown, context: Context): Answer {
  const { method, path, values } = operation;
  const name = values.get("collection_name") ?? "";
  const body = bodyOf(given);
  switch (`${method} ${path}`) {
    case "GET /":
      return { title: "qdrant - vector search engine", version: context.version };
    case "GET /healthz":
      return "healthz check passed";
    case "GET /livez":
      return "livez check passed";
    case "GET /readyz":
      return "all shards are ready";
    case "GET /collections":
      return { result: { collections: [...context.collections.keys()].map((one) => ({ name: one })) } };
    case "GET /collections/{collection_name}/exists":
      return { result: { exists: context.collections.has(name) } };
    case "PUT /collections/{collection_name}":
      return { result: create(name, body, context) };
  }
  const points = context.collections.get(name);
  if (!points) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
  switch (`${method} ${path}`) {
    case "GET /collections/{collection_name}":
      return { result: describe(points) };
    case "PATCH /collections/{collection_name}":
      return { result: patch(points, body) };
    case "DELETE /collections/{collection_name}":
      context.collections.delete(name);
      points.drop();
      return { result: true };
    case "PUT /collections/{collection_name}/index":
      return change(points, query, () => index(points, body));
    case "PUT /collections/{collection_name}/points": {
      const kept = pointsOf(body, points, context);
      return change(points, query, () => points.upsert(kept));
    }
    case "POST /collections/{collection_name}/points/delete":
      return change(points, query, () => points.remove(idsOf(body.points)));
    case "POST /collections/{collection_name}/points":
      return { result: idsOf(body.ids).flatMap((id) => (points.has(id) ? [record(points, id, body, true)] : [])) };
    case "POST /collections/{collection_name}/points/count":
      return { result: { count: matching(points, body.filter).length } };
    case "POST /collections/{collection_name}/points/scroll":
      return { result: scroll(points, body) };
    case "POST /collections/{collection_name}/points/query":
      return { result: { points: nearest(points, body) } };
  }
  throw new Refusal(501, `the stand-in does not know ${method} ${path}`);
}

function create(name: string, body: Body, { collections, directory }: Context): boolean {
  if (collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
  const { size, distance } = bodyOf(body.vectors);
  if (typeof size !== "number" || typeof distance !== "string") {
    throw new Refusal(501, "the stand-in knows only collections of one vector");
  }
  const config: CollectionConfig = {
    size,
    distance,
    onDiskPayload: body.on_disk_payload === true,
    hnsw: { m: 16, ef_construct: 100, full_scan_threshold: 10_000, ...bodyOf(body.hnsw_config) },
    metadata: body.metadata === undefined || body.metadata === null ? null : { ...bodyOf(body.metadata) },
    payloadSchema: {},
  };
  collections.set(name, new Points(join(directory, "collections", encodeURIComponent(name)), config));
  return true;
}

function describe(points: Points): Body {
  const { size, distance, onDiskPayload, hnsw, metadata, payloadSchema } = points.config;
  const schema = Object.entries(payloadSchema).map(([field, data_type]) => [
    field,
    { data_type, points: points.count },
  ]);
  const params = { shard_number: 1, replication_factor: 1, write_consistency_factor: 1 };
  return {
    status: "green",
    optimizer_status: "ok",
    indexed_vectors_count: 0,
    points_count: points.count,
    segments_count: 1,
    config: {
      params: { vectors: { size, distance }, ...params, on_disk_payload: onDiskPayload },
      hnsw_config: { max_indexing_threads: 0, ...hnsw },
      optimizer_config: { default_segment_number: 0, flush_interval_sec: 5 },
      wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0 },
      quantization_config: null,
      ...(metadata === null ? {} : { metadata }),
    },
    payload_schema: Object.fromEntries(schema),
  };
}

function patch(points: Points, body: Body): boolean {
  points.change((config) => {
    const merged = { ...config.metadata, ...bodyOf(body.metadata) };
    config.metadata = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  });
  return true;
}

function index(points: Points, body: Body): void {
  const schema = typeof body.field_schema === "string" ? body.field_schema : bodyOf(body.field_schema).type;
  points.change((config) => {
    config.payloadSchema[String(body.field_name)] = schema;
  });
}

const laterMs = 1000;

// With `wait=true` the change is on the disk before it is answered; without, it is only promised.
function change(points: Points, query: URLSearchParams, work: () => void): Answer {
  if (query.get("wait") === "true") work();
  else setTimeout(work, laterMs);
  const status = query.get("wait") === "true" ? "completed" : "acknowledged";
  return { result: { operation_id: points.changes, status } };
}

function idOf(id: unknown): string {
  const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
  if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) return String(id);
  if (typeof id === "string" && uuid.test(id)) return id.toLowerCase();
  const valid = "valid values are either an unsigned integer or a UUID";
  throw new Refusal(400, `Format error in JSON body: value ${id} is not a valid point ID, ${valid}`);
}

function idsOf(list: unknown): string[] {
  if (!Array.isArray(list)) throw new Refusal(501, "the stand-in knows only lists of ids");
  return list.map(idOf);
}

function shown(id: string): string | number {
  return /^\d+$/.test(id) ? Number(id) : id;
}

function vectorOf(value: unknown, size: number): number[] {
  const vector = Array.isArray(value) ? value : bodyOf(value).nearest;
  if (!Array.isArray(vector)) throw new Refusal(501, "the stand-in knows only plain vectors");
  if (vector.length === size) return vector.map(Number);
  throw new Refusal(400, `Wrong input: Vector dimension error: expected dim: ${size}, got ${vector.length}`);
}

function pointsOf(body: Body, points: Points, { refusePayload }: Context): KeptPoint[] {
  if (!Array.isArray(body.points)) throw new Refusal(501, "the stand-in knows only lists of points");
  return body.points.map(bodyOf).map(({ id, vector, payload }) => {
    const why = refusePayload(payload);
    if (why !== null) throw new Refusal(400, `Wrong input: ${why}`);
    return {
      id: idOf(id),
      vector: vectorOf(vector, points.config.size),
      payload: JSON.stringify(payload ?? {}),
    };
  });
}

function record(points: Points, id: string, body: Body, withPayload: boolean): Body {
  const wants = body.with_payload ?? withPayload;
  if (typeof wants !== "boolean" && !Array.isArray(wants)) throw new Refusal(501, "the stand-in knows lists of fields");
  const payload = bodyOf(points.payloadOf(id));
  const fields = Object.keys(payload).filter((field) => !Array.isArray(wants) || wants.includes(field));
  return {
    id: shown(id),
    payload: wants === false ? null : Object.fromEntries(fields.map((field) => [field, payload[field]])),
    ...(body.with_vector === true ? { vector: [...points.vectorOf(id)] } : {}),
  };
}

function matching(points: Points, filter: unknown): string[] {
  if (filter === undefined || filter === null) return points.ids();
  const { must, ...others } = bodyOf(filter);
  if (!Array.isArray(must) || Object.keys(others).length > 0) {
    throw new Refusal(501, "the stand-in knows only filters with must");
  }
  const conditions = must.map(bodyOf).map(({ key, match }) => {
    const value = bodyOf(match).value;
    if (typeof key !== "string" || value === undefined) throw new Refusal(501, "the stand-in knows only match.value");
    return (payload: Body) => payload[key] === value;
  });
  return points.ids().filter((id) => conditions.every((holds) => holds(bodyOf(points.payloadOf(id)))));
}

function scroll(points: Points, body: Body): Body {
  const limit = typeof body.limit === "number" ? body.limit : 10;
  const from = body.offset === undefined || body.offset === null ? "" : idOf(body.offset);
  const ids = matching(points, body.filter).filter((id) => id >= from);
  const next = ids[limit];
  return {
    points: ids.slice(0, limit).map((id) => record(points, id, body, true)),
    next_page_offset: next === undefined ? null : shown(next),
  };
}

function nearest(points: Points, body: Body): Body[] {
  const { size, distance } = points.config;
  if (distance !== "Cosine") throw new Refusal(501, "the stand-in searches only by cosine");
  const vector = vectorOf(body.query, size);
  const length = Math.hypot(...vector) || 1;
  const limit = typeof body.limit === "number" ? body.limit : 10;
  return matching(points, body.filter)
    .map((id) => ({
      id,
      score: points.vectorOf(id).reduce((sum, one, at) => sum + one * (vector[at] ?? 0), 0) / length,
    }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ id, score }) => ({ ...record(points, id, body, false), version: points.changes, score }));
}
