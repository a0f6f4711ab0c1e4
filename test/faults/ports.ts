import { createServer } from "node:net";

const given = new Set<number>();

/** A port on which nobody listens right now, each time another one: the system may give the same one again. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  if (given.has(port)) return freePort();
  given.add(port);
  return port;
}
