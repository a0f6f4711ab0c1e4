import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openWriter } from "../../../src/engine/telemetry/write.ts";
import { countEach, idOf, mountDisk, readLog, startWriter, temporaryDirectory, until } from "./writing.ts";

it("writes one whole line an event and says where it landed, making private directories as needed", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "deep/er/events.jsonl");
  await using writer = openWriter(file);
  expect(await writer.append({ id: "ä" })).toEqual({ offset: 0, bytes: 12 });
  expect(writer.appendSync('{"id":"b"}')).toEqual({ offset: 12, bytes: 11 });
  expect(readFileSync(file, "utf8")).toBe('{"id":"ä"}\n{"id":"b"}\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory.path, "deep")).mode & 0o777).toBe(0o700);
});

it("gives back every object it was given, at the place it named", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  await using writer = openWriter(file);
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), async (event) => {
      const { offset, bytes } = await writer.append(event);
      const line = readFileSync(file)
        .subarray(offset, offset + bytes)
        .toString();
      expect(line.endsWith("\n")).toBe(true);
      expect(line.slice(0, -1)).toBe(JSON.stringify(event));
    }),
    { numRuns: 200 },
  );
});

it.each([
  ["two lines", '{"a":\n1}'],
  ["a line break at the end", '{"a":1}\n'],
  ["half an object", '{"a":'],
  ["an array", "[1]"],
  ["a number", "1"],
  ["null", "null"],
  ["nothing", ""],
  ["an array given as a value", [1]],
  ["a value that JSON cannot carry", { a: 1n }],
  ["an object that turns itself into text", new Date(0)],
  ["half a surrogate pair", '{"a":"\ud800"}'],
])("refuses %s and writes nothing", async (_, event) => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  await using writer = openWriter(file);
  await expect(writer.append(event)).rejects.toMatchObject({ code: "usage", hint: expect.stringContaining("JSON") });
  expect(existsSync(file) ? readFileSync(file, "utf8") : "").toBe("");
});

it("keeps the order of appends that were not awaited", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  await using writer = openWriter(file);
  const holder = startWriter("hold.py", file);
  await until(() => holder.said().includes("held"));
  expect(writer.appendSync({ id: "now" })).toBeNull();
  const ids = Array.from({ length: 50 }, (_, index) => `e${index}`);
  const appends = ids.map((id) => writer.append({ id }));
  holder.process.stdin?.end();
  await Promise.all(appends);
  expect(writer.appendSync({ id: "last" })).not.toBeNull();
  expect(readFileSync(file, "utf8").split("\n").slice(0, -1).map(idOf)).toEqual([...ids, "last"]);
  expect(await holder.ended).toBe(0);
});

it("gives up after its timeout, says who holds the lock, and leaves the event to the caller", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  await using writer = openWriter(file, { lockTimeoutMs: 150 });
  const holder = startWriter("hold.py", file);
  await until(() => holder.said().includes("held"));
  const event = { id: "mine" };
  const began = performance.now();
  const failure = await writer.append(event).catch((error: unknown) => error);
  expect(performance.now() - began).toBeGreaterThan(140);
  expect(failure).toMatchObject({ code: "timeout", what: expect.stringContaining(file) });
  expect(failure).toMatchObject({ why: expect.stringContaining(`process ${holder.process.pid} (python3`) });
  expect(failure).toMatchObject({ hint: expect.stringContaining("append the event again") });
  holder.process.stdin?.end();
  await holder.ended;
  await writer.append(event);
  expect(readFileSync(file, "utf8")).toBe('{"id":"mine"}\n');
});

it("stops waiting for the lock when it is told to", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  await using writer = openWriter(file);
  const holder = startWriter("hold.py", file);
  await until(() => holder.said().includes("held"));
  const stop = new AbortController();
  const append = writer.append({ id: "mine" }, { signal: stop.signal });
  stop.abort();
  await expect(append).rejects.toMatchObject({ name: "AbortError" });
  holder.process.stdin?.end();
  await holder.ended;
  expect(readFileSync(file, "utf8")).toBe("");
});

it("notices that others renamed, replaced or removed the file", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  await using writer = openWriter(file);
  await writer.append({ id: "a" });
  renameSync(file, `${file}.1`);
  await writer.append({ id: "b" });
  expect(readFileSync(`${file}.1`, "utf8")).toBe('{"id":"a"}\n');
  expect(readFileSync(file, "utf8")).toBe('{"id":"b"}\n');
  renameSync(file, `${file}.2`);
  writeFileSync(file, '{"id":"other"}\n');
  writer.appendSync({ id: "c" });
  expect(readFileSync(file, "utf8")).toBe('{"id":"other"}\n{"id":"c"}\n');
  rmSync(directory.path, { recursive: true });
  mkdirSync(directory.path);
  await writer.append({ id: "d" });
  expect(readFileSync(file, "utf8")).toBe('{"id":"d"}\n');
  writeFileSync(file, "");
  expect(await writer.append({ id: "e" })).toEqual({ offset: 0, bytes: 11 });
});

it("keeps its line whole behind one that another writer left torn", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  await using writer = openWriter(file);
  appendFileSync(file, '{"id":"to');
  expect(await writer.append({ id: "b" })).toEqual({ offset: 10, bytes: 11 });
  expect(readFileSync(file, "utf8")).toBe('{"id":"to\n{"id":"b"}\n');
});

it("loses no acknowledged line when writers are killed, and the next writer's lines are whole", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  const acknowledged: string[] = [];
  for (let round = 0; round < 4; round++) {
    const children = ["a", "b"].map((name) => startWriter("append.ts", file, `${round}${name}`, "1000000"));
    await until(() => children.every((child) => child.said().length > 50 + 40 * round));
    for (const child of children) child.process.kill("SIGKILL");
    for (const child of children) await child.ended;
    acknowledged.push(...children.flatMap((child) => child.said()));
    // What a writer without our one-write rule leaves when it is killed within its line.
    appendFileSync(file, '{"id":"torn');
  }
  await using writer = openWriter(file);
  await writer.append({ id: "after" });
  const ids = readLog(file).split("\n").slice(0, -1).map(idOf);
  expect(ids.filter((id) => id === null)).toHaveLength(4);
  const counts = countEach(ids.filter((id) => id !== null));
  expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  expect([...acknowledged, "after"].filter((id) => !counts.has(id))).toEqual([]);
});

it("says that the disk is full and keeps the file as it was", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  symlinkSync("/dev/full", file);
  await using writer = openWriter(file);
  await expect(writer.append({ id: "a" })).rejects.toMatchObject({ code: "full", why: expect.stringContaining(file) });
});

it("cuts off what it began to write when the disk fills up within its line", async (context) => {
  using directory = temporaryDirectory();
  using disk = mountDisk(directory.path, "64k");
  if (disk === null) return context.skip("this user may not mount a small disk");
  const mount = disk.path;
  const file = join(mount, "events.jsonl");
  await using writer = openWriter(file);
  await writer.append({ id: "fits" });
  const before = readFileSync(file, "utf8");
  await expect(writer.append({ text: "x".repeat(200_000) })).rejects.toMatchObject({ code: "full" });
  expect(readFileSync(file, "utf8")).toBe(before);
  await writer.append({ id: "fits too" });
  expect(readFileSync(file, "utf8")).toBe(`${before}{"id":"fits too"}\n`);
});

it("refuses to write once it is closed", async () => {
  using directory = temporaryDirectory();
  const writer = openWriter(join(directory.path, "events.jsonl"));
  await writer.append({ id: "a" });
  await writer.close();
  await writer.close();
  await expect(writer.append({ id: "b" })).rejects.toMatchObject({ code: "usage" });
  expect(() => writer.appendSync({ id: "b" })).toThrow("closed");
});

it("takes at most a tenth of a millisecond for an uncontended line, at the median", async () => {
  using directory = temporaryDirectory();
  await using writer = openWriter(join(directory.path, "events.jsonl"));
  const event = { event: "task_completed", timestamp: "2026-01-10T12:00:00Z", text: "x".repeat(300) };
  const costsMs: number[] = [];
  for (let index = 0; index < 5000; index++) {
    const began = performance.now();
    writer.appendSync(event);
    costsMs.push(performance.now() - began);
  }
  const sorted = costsMs.toSorted((a, b) => a - b);
  console.log(`append: p50 ${sorted[2500]?.toFixed(4)} ms, p99 ${sorted[4950]?.toFixed(4)} ms`);
  expect(sorted[2500]).toBeLessThan(0.1);
});
