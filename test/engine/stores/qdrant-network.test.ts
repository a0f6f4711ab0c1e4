import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { Failure } from "../../../src/engine/errors.ts";
import { openQdrant, type Qdrant } from "../../../src/engine/stores/qdrant-client.ts";
import { temporary } from "../../cli/running.ts";
import { type Mode, openFaultProxy } from "../../faults/proxy.ts";
import { needs } from "../../parts.ts";
import { makeCertificate } from "../../stand-ins/certificates.ts";
import { openQdrantStandIn } from "../../stand-ins/qdrant.ts";

const { signal } = new AbortController();

function reach(url: string, timeoutMs = 5000): Promise<Qdrant> {
  return openQdrant({ url, apiKey: null, timeoutMs, ask: (call) => call() });
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const failure = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (failure instanceof Failure) return failure;
  throw new Error(`no Failure but ${failure}`);
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const place = server.address();
  return place !== null && typeof place === "object" ? place.port : 0;
}

function answering(answer: string): Server {
  return createServer((socket: Socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(answer));
  });
}

describe("an address where no Qdrant is", () => {
  test.each([
    ["nobody listens", async () => closed(), "silent", /ECONNREFUSED/],
    ["the host has no address", async () => "http://qdrant.invalid:6333", "silent", /ENOTFOUND|EAI_AGAIN/],
    ["Redis listens", async () => at(answering("-ERR unknown command 'GET'\r\n")), "config", /does not speak/],
    ["PostgreSQL listens", async () => at(answering("E\0\0\0\x10SFATAL\0")), "config", /does not speak/],
    ["the server speaks https", async () => at(answering("\x15\x03\x03\0\x02\x02\x32")), "config", /does not speak/],
    [
      "the server speaks http, not https",
      async () => (await at(createHttpServer((_, answer) => answer.end()))).replace("http:", "https:"),
      "config",
      /does not speak/,
    ],
    ["a web page answers", async () => at(page(200, "<h1>Hello</h1>")), "config", /not as a Qdrant server/],
    ["some other JSON answers", async () => at(page(200, '{"version":"8.1"}')), "config", /not as a Qdrant server/],
    ["there is no such page", async () => at(page(404, "")), "config", /answered 404/],
    ["it sends the call elsewhere", async () => at(page(302, "", { location: "http://x/" })), "config", /redirect/],
  ])("%s: that is told", async (_what, make, code, why) => {
    const failure = await failureOf((await reach(await make())).version({ signal }));
    expect([failure.code, failure.why]).toEqual([code, expect.stringMatching(why)]);
    expect(failure.hint).not.toBe("");
  });

  async function closed(): Promise<string> {
    const server = createServer();
    const port = await listen(server);
    server.close();
    await once(server, "close");
    return `http://127.0.0.1:${port}`;
  }

  async function at(server: Server): Promise<string> {
    return `http://127.0.0.1:${await listen(server)}`;
  }

  function page(status: number, text: string, headers: Record<string, string> = {}): Server {
    return createHttpServer((_, answer) => {
      answer.writeHead(status, { "content-type": "text/html", ...headers });
      answer.end(text);
    });
  }
});

describe.skipIf(needs("openssl").missing)("a Qdrant stand-in with TLS", () => {
  test("a certificate that nobody here trusts is told, with how to trust it", async () => {
    const { cert, key } = makeCertificate(temporary(), 30);
    const standIn = await openQdrantStandIn({ directory: temporary(), tls: { cert, key } });
    onTestFinished(() => standIn.close());
    const failure = await failureOf((await reach(standIn.url)).version({ signal }));
    expect([failure.code, failure.hint]).toEqual(["config", expect.stringContaining("NODE_EXTRA_CA_CERTS")]);
  });
});

describe("a Qdrant stand-in behind a bad line", () => {
  async function start(timeoutMs = 5000) {
    const standIn = await openQdrantStandIn({ directory: temporary() });
    const proxy = await openFaultProxy({ port: standIn.port });
    onTestFinished(async () => {
      await proxy.close();
      await standIn.close();
    });
    const qdrant = await reach(`http://${proxy.host}:${proxy.port}`, timeoutMs);
    await qdrant.version({ signal });
    return { proxy, qdrant };
  }

  test.each<[string, Mode]>([
    ["is cut", "cut"],
    ["is reset", "reset"],
    ["corrupts answers", "corrupt"],
  ])("that %s: the call fails as silent, and works again once the line is good", async (_what, mode) => {
    const { proxy, qdrant } = await start();
    proxy.set(mode);
    for (let attempt = 0; attempt < 3; attempt++) {
      expect((await failureOf(qdrant.version({ signal }))).code).toBe("silent");
    }
    proxy.set("pass");
    proxy.cut();
    expect(await qdrant.version({ signal })).toBe("1.16.2");
  });

  test("that stalls: the call ends at its time limit, or at once when it is given up", async () => {
    const { proxy, qdrant } = await start(200);
    proxy.set("stall");
    const late = await failureOf(qdrant.version({ signal }));
    expect([late.code, late.why]).toEqual(["silent", expect.stringContaining("did not answer in time")]);
    const stop = new AbortController();
    const asked = qdrant.version({ signal: stop.signal }).catch((error: unknown) => error);
    stop.abort(new Error("given up"));
    expect(String(await asked)).toContain("given up");
    proxy.set("pass");
    proxy.cut();
    expect(await qdrant.version({ signal })).toBe("1.16.2");
  });

  test("that is slow: it takes its time and works", async () => {
    const { proxy, qdrant } = await start();
    proxy.set({ throttle: { bytesPerSecond: 5000 } });
    await qdrant.create("slow", { dimensions: 8, metadata: {} }, { signal });
    expect(await qdrant.collection("slow", { signal })).toMatchObject({ dimensions: 8 });
  });
});

test("an address with a path is asked below that path", async () => {
  const asked: string[] = [];
  const server = createHttpServer((request, answer) => {
    asked.push(request.url ?? "");
    answer.writeHead(200, { "content-type": "application/json" });
    answer.end(JSON.stringify({ title: "qdrant - vector search engine", version: "1.17.0" }));
  });
  const port = await listen(server);
  expect(await (await reach(`http://127.0.0.1:${port}/qdrant/`)).version({ signal })).toBe("1.17.0");
  expect(asked).toEqual(["/qdrant/"]);
});
