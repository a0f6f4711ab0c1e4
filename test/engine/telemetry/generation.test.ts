import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { EngineEvent } from "../../../src/engine/events.ts";
import { openLearnMemory } from "../../../src/engine/learning/learn-memory.ts";
import { nameArchive } from "../../../src/engine/telemetry/archive-name.ts";
import { openDescriptors } from "../../../src/engine/telemetry/descriptors.ts";
import { parseGeneration } from "../../../src/engine/telemetry/generation.ts";
import { inodeKeyAt } from "../../../src/engine/telemetry/identity.ts";
import { looksForCopy } from "../../../src/engine/telemetry/losses.ts";
import { readPackedAt } from "../../../src/engine/telemetry/packed-generation.ts";
import { escapeGlob, expand, matchesAny, splitPattern } from "../../../src/engine/telemetry/source-pattern.ts";
import { coveredBy, discoverAll } from "../../../src/engine/telemetry/sources.ts";
import { openFollower } from "../../../src/engine/telemetry/tail.ts";
import { openUnpacking } from "../../../src/engine/telemetry/unpacking.ts";

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "aistack-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const names = [
  ["Python, by size", "x.jsonl.1"],
  ["Python, at midnight or by weekday", "x.jsonl.2026-01-01"],
  ["Python, by the hour", "x.jsonl.2026-01-01_10"],
  ["Python, by the minute", "x.jsonl.2026-01-01_10-30"],
  ["Python, by the second", "x.jsonl.2026-01-01_10-30-05"],
  ["logrotate, dated", "x.jsonl-20260101"],
  ["logrotate, dated to the hour", "x.jsonl-2026010110"],
  ["logrotate, dated with seconds since 1970", "x.jsonl-20260101-1767225600"],
  ["logrotate, seconds since 1970 only", "x.jsonl-1767225600"],
  ["logrotate, dateformat", "x.jsonl.2026-01-01T10:30:05"],
  ["logrotate, numbered before the extension", "x.1.jsonl"],
  ["logrotate, dated before the extension", "x-20260101.jsonl"],
  ["logback, daily", "x.2026-01-01.jsonl"],
  ["logback, daily and by size", "x.2026-01-01.0.jsonl"],
  ["logback, hourly", "x.2026-01-01_10.jsonl"],
  ["logback, weekly", "x.2026-W03.jsonl"],
  ["logback, monthly", "x.2026-01.jsonl"],
  ["log4j, dated and numbered", "x-2026-01-01-3.jsonl"],
  ["pm2", "x__2026-01-01_00-00-00.jsonl"],
  ["lumberjack and winston", "x-2026-01-01T10-30-05.123.jsonl"],
  ["ours", nameArchive("x", new Date(0), () => false)],
] as const;

test.each(names)("%s: %s is a generation of x.jsonl, plain and compressed", (_, name) => {
  for (const [ending, packing] of [
    ["", null],
    [".gz", "gzip"],
    [".zst", "zstd"],
    [".bz2", "bzip2"],
    [".xz", "xz"],
  ] as const) {
    const generation = parseGeneration(name + ending);
    expect(generation?.logs).toContain("x.jsonl");
    expect(generation).toMatchObject({ packing, plain: name });
  }
});

test.each([
  ["0.log.20260101-120000", "0.log"],
  ["0.log.20260101-120000.gz", "0.log"],
  ["x-json.log.1", "x-json.log"],
  ["x-json.log.12.gz", "x-json.log"],
  ["app-2.jsonl.1", "app-2.jsonl"],
])("%s is a generation of %s", (name, log) => {
  expect(parseGeneration(name)?.logs).toContain(log);
});

test.each([
  "x.jsonl",
  "x.jsonl.gz",
  "x.jsonl.bak",
  "5f0c1a2e-8d3b-4c47-9a51-0123456789ab.jsonl",
  "x.jsonl.2026-13-01",
  "1.jsonl",
  "x-104512.jsonl",
  "x-3.jsonl",
])("%s is no generation of x.jsonl", (name) => {
  expect(parseGeneration(name)?.logs ?? []).not.toContain("x.jsonl");
});

test("generations of a log that is followed are found, oldest first, and those of other logs are not", () => {
  const directory = temporary();
  for (const name of [
    "x.jsonl",
    "x.jsonl.1",
    "x.jsonl.10.gz",
    "x.jsonl.2",
    "x.jsonl.2026-01-02",
    "x.jsonl.2026-01-01.zst",
    "y.jsonl.1",
  ]) {
    writeFileSync(join(directory, name), "");
  }
  const rotated = discoverAll([join(directory, "x.jsonl")]).filter(({ rotatedFrom }) => rotatedFrom !== null);
  expect(rotated.map(({ file }) => file.slice(directory.length + 1))).toEqual([
    "x.jsonl.2026-01-01.zst",
    "x.jsonl.2026-01-02",
    "x.jsonl.10.gz",
    "x.jsonl.2",
    "x.jsonl.1",
  ]);
});

test("dated logs without one that they were rotated from are logs of their own", () => {
  const directory = temporary();
  for (const name of ["app-2026-01-01.jsonl", "app-2026-01-02.jsonl"]) writeFileSync(join(directory, name), "");
  expect(discoverAll([join(directory, "*.jsonl")]).map(({ rotatedFrom }) => rotatedFrom)).toEqual([null, null]);
  writeFileSync(join(directory, "app.jsonl"), "");
  const log = join(directory, "app.jsonl");
  expect(discoverAll([join(directory, "*.jsonl")]).map(({ rotatedFrom }) => rotatedFrom)).toEqual([null, log, log]);
});

test("any name, read as a generation, is read in a moment", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 255 }), (name) => {
      const generation = parseGeneration(name);
      for (const log of generation?.logs ?? []) expect(log.length).toBeLessThan(name.length);
    }),
  );
  const started = performance.now();
  for (let round = 0; round < 1000; round++) parseGeneration(`${"-2026.01_".repeat(28)}${round % 10}`);
  for (let round = 0; round < 1000; round++) parseGeneration(`x${"1".repeat(240)}${round}`);
  expect(performance.now() - started).toBeLessThan(2000);
});

test("any path, escaped, stands for itself and nothing else", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), (text) => {
      const name = text.replaceAll(/[/\0]/g, "_");
      if (name === "." || name === "..") return;
      const path = join("/base", name);
      expect(splitPattern(escapeGlob(path))).toEqual({ base: path, glob: "" });
      expect(expand(escapeGlob(path))).toEqual([path]);
      expect(matchesAny([join(escapeGlob(path), "*.jsonl")])(join(path, "x.jsonl"))).toBe(true);
      expect(matchesAny([escapeGlob(path)])(`${path}x`)).toBe(false);
    }),
  );
});

function follow(directory: string, said: EngineEvent[]) {
  const patterns = [join(directory, "x.jsonl")];
  const follower = openFollower({
    sink: "test",
    cursors: [],
    discover: () => discoverAll(patterns),
    covers: coveredBy(patterns),
    memory: openLearnMemory(1, 4096),
    descriptors: openDescriptors(4),
    maxLineBytes: 4096,
    unended: false,
    turnIdleMs: 60_000,
    emit: (event) => said.push(event),
  });
  onTestFinished(() => follower.close());
  return follower;
}

const line = (id: number) => `{"event":"task_completed","task_id":${id}}\n`;

test.each([0, 1])(
  "a log that is cut with unread lines, of which %i were read, is named with their bytes",
  async (read) => {
    const directory = temporary();
    const said: EngineEvent[] = [];
    const log = join(directory, "x.jsonl");
    writeFileSync(log, line(1) + line(2) + line(3));
    const follower = follow(directory, said);
    const look = async () => {
      follower.refresh();
      await follower.unpack(1000);
      return said.filter(({ type }) => type === "file.cut");
    };
    expect(await look()).toEqual([]);
    if (read > 0) follower.next(read);
    writeFileSync(log, "");
    const unreadBytes = line(1).length * (3 - read);
    // A copy of it may just be being compressed.
    for (let turn = 0; turn < looksForCopy; turn++) expect(await look()).toEqual([]);
    expect(await look()).toEqual([{ type: "file.cut", sink: "test", file: log, unreadBytes }]);
    expect(await look()).toHaveLength(1);
  },
);

test.each([
  [0, ".1"],
  [1, ".1"],
  [0, ".1.gz"],
  [1, ".1.gz"],
])(
  "a log that is cut with unread lines, of which %i were read, and that has a copy %s is not lost",
  async (read, ending) => {
    const directory = temporary();
    const said: EngineEvent[] = [];
    const log = join(directory, "x.jsonl");
    const text = line(1) + line(2) + line(3);
    writeFileSync(log, text);
    const follower = follow(directory, said);
    follower.refresh();
    if (read > 0) follower.next(read);
    writeFileSync(log + ending, ending === ".1" ? text : gzipSync(text));
    writeFileSync(log, "");
    follower.refresh();
    await follower.unpack(1000);
    expect(follower.next(500)?.tasks.map(({ task_id: id }) => id)).toEqual([1, 2, 3].slice(read));
    expect(said.filter(({ type }) => type === "file.cut" || type === "file.gone")).toEqual([]);
  },
);

test("bytes in a compressed file are found where they stand in its content", async () => {
  const file = join(temporary(), "x.jsonl.1.gz");
  const text = Array.from({ length: 9000 }, (_, id) => line(id)).join("");
  writeFileSync(file, gzipSync(text));
  const packed = { file, inode: inodeKeyAt(file), compression: "gzip" as const };
  const at = text.indexOf(line(7777));
  expect((await readPackedAt(packed, at, line(7777).length))?.toString()).toBe(line(7777));
  expect(await readPackedAt(packed, text.length - 3, 4)).toBe(null);
});

test.each([
  ["gzip", gzipSync(Buffer.alloc(2e8)), 5e6],
  ["zstd", zstdCompressSync(Buffer.alloc(2e8)), 17e6],
] as const)("a bomb of %s is unpacked in pieces that fit into memory", async (compression, bytes, mostBytes) => {
  const file = join(temporary(), "bomb");
  writeFileSync(file, bytes);
  const unpacking = openUnpacking(file, inodeKeyAt(file), compression);
  if (unpacking === null) throw new Error("it is another file");
  let total = 0;
  for (let piece = await unpacking.next(); piece !== null; piece = await unpacking.next()) {
    expect(piece.length).toBeLessThan(mostBytes);
    total += piece.length;
  }
  expect([total, unpacking.damage()]).toEqual([2e8, null]);
  unpacking.close();
});
