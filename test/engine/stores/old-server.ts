import { createServer, type Socket } from "node:net";

/** A message of the PostgreSQL protocol: its letter, its length, its body. */
function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function column(name: string): Buffer {
  const rest = Buffer.alloc(18);
  rest.writeInt32BE(25, 6);
  rest.writeInt16BE(-1, 10);
  rest.writeInt32BE(-1, 12);
  return Buffer.concat([Buffer.from([0, 1]), Buffer.from(`${name}\0`), rest]);
}

function row(text: string): Buffer {
  const head = Buffer.alloc(6);
  head.writeInt16BE(1, 0);
  head.writeInt32BE(Buffer.byteLength(text), 2);
  return Buffer.concat([head, Buffer.from(text)]);
}

const authenticated = message("R", Buffer.alloc(4));
const ready = message("Z", Buffer.from("I"));

const terminated = message(
  "E",
  Buffer.from("SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"),
);

/**
 * A stand-in for a server of an old version: lets everybody in and answers every question with its version. Where it is
 * to end connections, it lets a client in and says farewell in one and the same packet.
 */
export async function startOldServer(
  version: string,
  { ends = false }: { readonly ends?: boolean } = {},
): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const answer = Buffer.concat([
    message("T", column("server_version_num")),
    message("D", row(version)),
    message("C", Buffer.from("SHOW\0")),
    ready,
  ]);
  const server = createServer((socket) => {
    sockets.add(socket);
    let started = false;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      if (started) return bytes[0] === 0x51 ? socket.write(answer) : undefined;
      started = true;
      return socket.write(Buffer.concat([authenticated, ready, ...(ends ? [terminated] : [])]));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
