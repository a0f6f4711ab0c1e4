import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { lexicalVector } from "../../engine/learning/lexical.ts";

/** How long the vectors of the demonstration's own server are. */
export const demoDimensions = 384;

/** An embeddings server on the loopback address, which can be taken away and brought back. */
export interface EmbeddingsServer {
  readonly port: number;
  readonly running: boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
}

async function textsOf(request: IncomingMessage): Promise<string[]> {
  let body = "";
  for await (const part of request) body += String(part);
  const value: unknown = JSON.parse(body);
  const input = typeof value === "object" && value !== null && "input" in value ? value.input : [];
  return Array.isArray(input) ? input.map(String) : [String(input)];
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

/** Starts the server on a free port; it keeps the port over stops and starts. */
export async function openEmbeddingsServer(): Promise<EmbeddingsServer> {
  let server: Server | null = null;
  let port = 0;
  const start = async () => {
    if (server) return;
    const made = createServer((request, response) => {
      textsOf(request).then(
        (texts) => {
          const data = texts.map((text, index) => ({
            object: "embedding",
            index,
            embedding: [...lexicalVector(text)],
          }));
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify({ object: "list", model: "demonstration", data }));
        },
        () => {
          response.statusCode = 400;
          response.end();
        },
      );
    });
    await new Promise<void>((resolve, reject) => {
      made.once("error", reject);
      made.listen(port, "127.0.0.1", resolve);
    });
    const address = made.address();
    if (isAddress(address)) port = address.port;
    server = made;
  };
  const stop = async () => {
    const stopping = server;
    server = null;
    if (!stopping) return;
    const closed = new Promise((resolve) => stopping.close(resolve));
    stopping.closeAllConnections();
    await closed;
  };
  await start();
  return {
    get port() {
      return port;
    },
    get running() {
      return server !== null;
    },
    start,
    stop,
  };
}
