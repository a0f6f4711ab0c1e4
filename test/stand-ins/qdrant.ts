import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { openInterface } from "./openapi.ts";
import { answerQdrant, Refusal } from "./qdrant-answers.ts";
import { Points } from "./qdrant-points.ts";

const description = openInterface(join(import.meta.dirname, "../../fixtures/qdrant/openapi.json"));
const requestBytesMax = 32 * 1024 * 1024;
const openPaths = new Set(["/", "/healthz", "/readyz", "/livez"]);

/** How the stand-in is started. */
export interface StandInOptions {
  /** Where it keeps its collections; what is there is served again. */
  readonly directory: string;
  readonly port?: number;
  readonly version?: string;
  readonly apiKey?: string;
  /** A key that may look but not change. */
  readonly readOnlyKey?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Says why a payload is refused with 400, or null when it is taken. */
  readonly refusePayload?: (payload: unknown) => string | null;
}

/** An answer that is given instead of the true one. */
export interface ForcedAnswer {
  readonly status: number;
  readonly error: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Only requests whose method and path match; all when not given. */
  readonly only?: RegExp;
}

/** A running stand-in. */
export interface QdrantStandIn extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Method and path of every request so far. */
  readonly requests: readonly string[];
  readonly collections: ReadonlyMap<string, Points>;
  /** Gives this answer from now on; null gives the true ones again. */
  force(answer: ForcedAnswer | null): void;
  /** What was against the interface description so far, and forgets it. */
  takeViolations(): string[];
  close(): Promise<void>;
}

/**
 * Starts a stand-in of a Qdrant server: it keeps points on disk and searches them all, and holds every request and
 * every answer of its own to Qdrant's OpenAPI description. Closing it fails when something was against that.
 */
export async function openQdrantStandIn(options: StandInOptions): Promise<QdrantStandIn> {
  const collections = Points.openAll(join(options.directory, "collections"));
  const requests: string[] = [];
  let violations: string[] = [];
  let forced: ForcedAnswer | null = null;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now();
    const url = new URL(request.url ?? "/", "http://stand-in");
    const method = request.method ?? "GET";
    const title = `${method} ${url.pathname}${url.search}`;
    requests.push(title);
    const text = await readBody(request);
    if (text === null) return plain(response, 413, "JSON payload has exceeded limit (33554432 bytes).");
    if (forced && (forced.only?.test(title) ?? true)) {
      const body = { status: { error: forced.error }, time: 0 };
      return json(response, forced.status, body, forced.headers);
    }
    const denied = refuseKey(request, url.pathname, method, options);
    if (denied) return plain(response, denied.status, denied.message);
    const operation = description.find(method, url.pathname);
    if (!operation) {
      violations.push(`${title}: there is no such operation`);
      return plain(response, 404, "");
    }
    const time = () => (performance.now() - started) / 1000;
    let status = 200;
    let body: unknown;
    try {
      const given = parse(text);
      const bad = given.bad ?? operation.badRequest(url.searchParams, given.body);
      if (bad) {
        violations.push(`${title}: ${bad}`);
        throw new Refusal(400, `Format error in JSON body: ${bad}`);
      }
      const context = { collections, directory: options.directory, version: options.version ?? "1.16.2" };
      const refusePayload = options.refusePayload ?? (() => null);
      const answered = answerQdrant(operation, url.searchParams, given.body, { ...context, refusePayload });
      if (typeof answered === "string") return plain(response, 200, answered);
      body = "result" in answered ? { ...answered, status: "ok", time: time() } : answered;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 501) violations.push(`${title}: ${error.message}`);
      status = error.status;
      body = { status: { error: error.message }, time: time() };
    }
    const wrong = operation.badAnswer(status, body);
    if (wrong) violations.push(`the answer ${status} to ${title}: ${wrong}`);
    json(response, status, body);
  };

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => {
      if (!request.destroyed) violations.push(`the stand-in failed: ${String(error)}`);
      response.destroy();
    });
  };
  const server: Server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  server.keepAliveTimeout = 60_000;
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const place = server.address();
  if (place === null || typeof place === "string") throw new Error("the stand-in has no port");
  const takeViolations = () => {
    const taken = violations;
    violations = [];
    return taken;
  };
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
    for (const points of collections.values()) points.close();
    const found = takeViolations();
    if (found.length > 0) throw new Error(`against Qdrant's interface description:\n${found.join("\n")}`);
  };
  return {
    port: place.port,
    url: `${options.tls ? "https" : "http"}://127.0.0.1:${place.port}`,
    requests,
    collections,
    force(next) {
      forced = next;
    },
    takeViolations,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function refuseKey(request: IncomingMessage, path: string, method: string, options: StandInOptions): Refusal | null {
  if (options.apiKey === undefined || openPaths.has(path)) return null;
  const given = request.headers["api-key"] ?? request.headers.authorization?.replace(/^Bearer /, "");
  if (given === undefined) return new Refusal(401, "Must provide an API key or an Authorization bearer token");
  if (given === options.apiKey) return null;
  if (given !== options.readOnlyKey) return new Refusal(401, "Invalid API key or JWT");
  const reads = method === "GET" || /\/points(\/(scroll|count|query))?$/.test(path);
  return reads && method !== "PUT" ? null : new Refusal(403, "Forbidden: Global manage access is required");
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes <= requestBytesMax) parts.push(part);
  }
  return bytes > requestBytesMax ? null : Buffer.concat(parts).toString("utf8");
}

function parse(text: string): { body: unknown; bad: string | null } {
  if (text === "") return { body: undefined, bad: null };
  try {
    return { body: JSON.parse(text), bad: null };
  } catch (error) {
    return { body: undefined, bad: String(error) };
  }
}

function json(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain" });
  response.end(text);
}
