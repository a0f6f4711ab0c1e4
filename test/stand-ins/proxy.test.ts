import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../engine/telemetry/writing.ts";
import { type FaultProxy, openFaultProxy } from "../faults/proxy.ts";

/** A server that sends back what it gets, and a proxy in front of it. */
async function openEcho(): Promise<FaultProxy> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const place = server.address();
  if (place === null || typeof place === "string") throw new Error("no port");
  const proxy = await openFaultProxy({ port: place.port });
  onTestFinished(async () => {
    await proxy.close();
    await new Promise((done) => server.close(done));
  });
  return proxy;
}

interface Client {
  readonly socket: Socket;
  readonly heard: () => Buffer;
  /** `open`, `ended`, or the system's error word. */
  readonly state: () => string;
}

async function dial(proxy: FaultProxy): Promise<Client> {
  const socket = connect({ host: proxy.host, port: proxy.port });
  const parts: Buffer[] = [];
  let state = "open";
  socket.on("data", (part) => parts.push(part));
  socket.on("error", (error) => {
    state = "code" in error ? String(error.code) : error.message;
  });
  socket.on("close", () => {
    if (state === "open") state = "ended";
  });
  onTestFinished(() => void socket.destroy());
  await until(() => !socket.connecting);
  return { socket, heard: () => Buffer.concat(parts), state: () => state };
}

test("bytes pass unchanged in both directions, a megabyte as well as one", async () => {
  const proxy = await openEcho();
  const client = await dial(proxy);
  const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 31) % 251));
  client.socket.write(sent);
  await until(() => client.heard().length === sent.length);
  expect(client.heard().equals(sent)).toBe(true);
  expect([proxy.open(), proxy.accepted()]).toEqual([1, 1]);
  client.socket.end();
  await until(() => client.state() === "ended" && proxy.open() === 0);
});

test("a stalled connection stays open and silent, and everything arrives once it goes on", async () => {
  const proxy = await openEcho();
  const client = await dial(proxy);
  client.socket.write("before");
  await until(() => client.heard().toString() === "before");
  proxy.set("stall");
  client.socket.write(" and after");
  const late = await dial(proxy);
  late.socket.write("late");
  await new Promise((done) => setTimeout(done, 150));
  expect([client.heard().toString(), client.state()]).toEqual(["before", "open"]);
  expect([late.heard().toString(), late.state()]).toEqual(["", "open"]);
  proxy.set("pass");
  await until(() => client.heard().toString() === "before and after" && late.heard().toString() === "late");
});

test("a throttled connection takes its time and loses nothing", async () => {
  const proxy = await openEcho();
  const client = await dial(proxy);
  proxy.set({ throttle: { bytesPerSecond: 50_000 } });
  const sent = Buffer.alloc(20_000, "throttled ");
  const started = performance.now();
  client.socket.write(sent);
  await until(() => client.heard().length === sent.length);
  expect(performance.now() - started).toBeGreaterThan(350);
  expect(client.heard().equals(sent)).toBe(true);
});

test("a corrupted answer has its length and not its bytes", async () => {
  const proxy = await openEcho();
  const client = await dial(proxy);
  proxy.set("corrupt");
  client.socket.write("these are the words that were sent");
  await until(() => client.heard().length === 34);
  expect(client.heard().toString("latin1")).not.toBe("these are the words that were sent");
  proxy.set("pass");
  client.socket.write("!");
  await until(() => client.heard().length === 35);
  expect(client.heard().subarray(34).toString()).toBe("!");
});

test("cutting ends what is open once, or everything until it is switched back", async () => {
  const proxy = await openEcho();
  const first = await dial(proxy);
  await until(() => proxy.open() === 1);
  expect(proxy.cut()).toBe(1);
  await until(() => first.state() === "ended");
  const second = await dial(proxy);
  second.socket.write("still here");
  await until(() => second.heard().toString() === "still here");
  proxy.set("cut");
  const third = await dial(proxy);
  await until(() => second.state() === "ended" && third.state() === "ended");
  proxy.set("pass");
  const fourth = await dial(proxy);
  fourth.socket.write("back");
  await until(() => fourth.heard().toString() === "back");
});

test("resetting sends an RST, which the client sees as ECONNRESET", async () => {
  const proxy = await openEcho();
  const first = await dial(proxy);
  first.socket.write("ready");
  await until(() => first.heard().toString() === "ready");
  expect(proxy.reset()).toBe(1);
  await until(() => first.state() !== "open");
  expect(first.state()).toBe("ECONNRESET");
  proxy.set("reset");
  const second = await dial(proxy);
  await until(() => second.state() === "ECONNRESET");
});

test("a target that is not there is a reset, and there again once it is", async () => {
  const idle = createServer();
  idle.listen(0, "127.0.0.1");
  await once(idle, "listening");
  const place = idle.address();
  const port = place !== null && typeof place === "object" ? place.port : 0;
  await new Promise((done) => idle.close(done));
  await using proxy = await openFaultProxy({ port });
  const early = await dial(proxy);
  await until(() => early.state() === "ECONNRESET");
  const server = createServer((socket) => socket.end("hello"));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const client = await dial(proxy);
  await until(() => client.heard().toString() === "hello");
});
