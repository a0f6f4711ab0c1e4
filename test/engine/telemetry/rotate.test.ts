import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { nameArchive, parseArchiveName } from "../../../src/engine/telemetry/archive-name.ts";
import { lastTimeOfDay, reasonToRotate } from "../../../src/engine/telemetry/due.ts";
import { readManifest } from "../../../src/engine/telemetry/manifest.ts";
import { findExpired } from "../../../src/engine/telemetry/retention.ts";
import { type RotateOptions, rotate } from "../../../src/engine/telemetry/rotate.ts";
import { openWriter } from "../../../src/engine/telemetry/write.ts";
import {
  countEach,
  idOf,
  mountDisk,
  readEverything,
  readLog,
  startWriter,
  temporaryDirectory,
  until,
} from "./writing.ts";

const line = (id: string) => `{"id":"${id}","timestamp":"2026-01-10T12:00:0${id.length}Z"}\n`;
const learned = { committed: () => null, followed: () => false };
const unlearned = { committed: () => null, followed: () => true };

function options(file: string, more: Partial<RotateOptions> = {}): RotateOptions {
  return { files: [file], force: true, ...learned, ...more };
}

function archivesOf(directory: string): string[] {
  const path = join(directory, "archive");
  return existsSync(path) ? readdirSync(path).filter((name) => parseArchiveName(name) !== null) : [];
}

it.each([
  ["zstd", ".jsonl.zst"],
  ["gzip", ".jsonl.gz"],
] as const)("moves a log into a verified %s archive and begins a new one like it", async (compression, ending) => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "ralph-events.jsonl");
  writeFileSync(file, line("a") + line("bb"));
  chmodSync(file, 0o640);
  if (process.getuid?.() === 0) chownSync(file, 12, 34);
  const before = statSync(file);
  utimesSync(file, before.atime, new Date("2026-01-10T12:00:02Z"));
  const now = new Date("2026-02-03T04:05:06.007Z");
  const report = await rotate(options(file, { compression, now: () => now }));
  const archive = join(directory.path, "archive", `ralph-events-20260203T040506.007Z${ending}`);
  const plain = join(directory.path, "archive", "ralph-events-20260203T040506.007Z.jsonl");
  const bytesAfter = statSync(archive).size;
  expect(report).toEqual({
    dryRun: false,
    rotated: [{ file, archive: plain, bytes: before.size, why: "forced" }],
    kept: [],
    compressed: [{ archive, from: plain, bytesBefore: before.size, bytesAfter }],
    waiting: [],
    removed: [],
  });
  expect(readLog(archive)).toBe(line("a") + line("bb"));
  expect(statSync(archive)).toMatchObject({ mode: before.mode, uid: before.uid, gid: before.gid });
  expect(statSync(archive).mtime).toEqual(new Date("2026-01-10T12:00:02Z"));
  expect(statSync(file)).toMatchObject({ size: 0, mode: before.mode, uid: before.uid, gid: before.gid });
  expect(existsSync(plain)).toBe(false);
  expect((await readManifest(join(directory.path, "archive"))).get(basename(archive))).toMatchObject({
    bytes: before.size,
    lines: 2,
    compressedBytes: bytesAfter,
    firstAt: "2026-01-10T12:00:01Z",
    lastAt: "2026-01-10T12:00:02Z",
  });
});

it("rotates by size, leaves small, empty and missing logs alone and says so", async () => {
  using directory = temporaryDirectory();
  const [big, small, empty, missing] = ["big", "small", "empty", "missing"].map((name) =>
    join(directory.path, `${name}.jsonl`),
  );
  if (big === undefined || small === undefined || empty === undefined || missing === undefined) throw new Error();
  writeFileSync(big, line("a").repeat(100));
  writeFileSync(small, line("b"));
  writeFileSync(empty, "");
  const files = [big, small, empty, missing, directory.path];
  const report = await rotate({ files, maxBytes: 1000, archiveDir: join(directory.path, "archive"), ...learned });
  expect(report.rotated).toMatchObject([{ file: big, why: "size" }]);
  expect(report.kept.map(({ file, why }) => [file, why])).toEqual([
    [small, "not due"],
    [empty, "empty"],
    [missing, "missing"],
    [directory.path, "not a regular file"],
  ]);
});

it("makes no directory where there is no log", async () => {
  using directory = temporaryDirectory();
  const report = await rotate(options(join(directory.path, "none", "events.jsonl")));
  expect(report.kept).toMatchObject([{ why: "missing" }]);
  expect(readdirSync(directory.path)).toEqual([]);
});

it("rotates by age and time of day, counted from the last rotation", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, line("a"));
  const born = Date.now();
  const after = (hours: number) => () => new Date(born + hours * 3_600_000);
  const rules = { force: false, maxAgeHours: 24 };
  expect((await rotate(options(file, { ...rules, now: after(23) }))).rotated).toEqual([]);
  expect((await rotate(options(file, { ...rules, now: after(25) }))).rotated).toMatchObject([{ why: "age" }]);
  writeFileSync(file, line("b"));
  expect((await rotate(options(file, { ...rules, now: after(48) }))).rotated).toEqual([]);
  const daily = { force: false, at: "03:00" };
  expect((await rotate(options(file, { ...daily, now: after(50) }))).rotated).toMatchObject([{ why: "time of day" }]);
  writeFileSync(file, line("c"));
  await expect(rotate(options(file, { at: "25:00" }))).rejects.toMatchObject({ code: "usage" });
});

it("knows when a time of day passed last", () => {
  const at = (hour: number, minute: number) => new Date(2026, 4, 10, hour, minute);
  expect(lastTimeOfDay("03:00", at(3, 0))).toEqual(at(3, 0));
  expect(lastTimeOfDay("03:00", at(2, 59))).toEqual(new Date(2026, 4, 9, 3, 0));
  const due = { maxBytes: 100, maxAgeHours: null, at: "03:00" };
  expect(reasonToRotate(1, at(2, 0), due, at(4, 0))).toBe("time of day");
  expect(reasonToRotate(1, at(3, 30), due, at(4, 0))).toBeNull();
  expect(reasonToRotate(0, at(2, 0), { ...due, force: true }, at(4, 0))).toBeNull();
});

it("never compresses or removes bytes that are not learned, and finishes once they are", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, line("a") + line("b"));
  const { ino, size } = statSync(file);
  const retention = { days: 0, count: 0, bytes: 0 };
  const later = () => new Date(Date.now() + 1000);
  const nobody = await rotate(options(file, { ...unlearned, retention, now: later }));
  const waiting = { archive: nobody.rotated[0]?.archive, bytes: size, why: "not all of it is learned yet" };
  expect(nobody).toMatchObject({ compressed: [], removed: [], waiting: [{ ...waiting, unlearnedBytes: size }] });
  const committed = (offset: number) => (_: number, inode: number) => (inode === ino ? offset : null);
  const some = await rotate(options(file, { ...unlearned, committed: committed(size - 1), retention }));
  expect(some).toMatchObject({ compressed: [], removed: [], waiting: [{ ...waiting, unlearnedBytes: 1 }] });
  expect(readLog(waiting.archive ?? "")).toBe(line("a") + line("b"));
  const all = await rotate(options(file, { ...unlearned, committed: committed(size) }));
  expect(all).toMatchObject({ compressed: [{ from: waiting.archive, bytesBefore: size }], waiting: [] });
  const gone = await rotate(options(file, { ...unlearned, retention: { count: 0 } }));
  expect(gone.removed).toMatchObject([{ archive: all.compressed[0]?.archive, why: "count" }]);
  expect(archivesOf(directory.path)).toEqual([]);
});

it("asks about the log an archive came from, also when that log is no longer listed", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, line("a"));
  await rotate(options(file, unlearned));
  const asked: string[] = [];
  const followed = (log: string) => asked.push(log) > 0;
  const archiveDir = join(directory.path, "archive");
  const report = await rotate({ files: [], archiveDir, committed: () => null, followed });
  expect(report.waiting).toHaveLength(1);
  expect(new Set(asked)).toEqual(new Set([file]));
});

it("does not compress while another program may still add to the old file", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, line("a"));
  const fd = openSync(file, "a");
  const report = await rotate(options(file));
  expect(report.waiting).toMatchObject([{ why: "a process still has it open for writing", unlearnedBytes: 0 }]);
  appendFileSync(fd, line("late"));
  closeSync(fd);
  const again = await rotate(options(file));
  expect(readLog(again.compressed[0]?.archive ?? "")).toBe(line("a") + line("late"));
});

it("compresses behind an idle writer of ours, which lets go of the old file by itself", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  await using writer = openWriter(file);
  await writer.append({ id: "a" });
  const report = await rotate(options(file));
  expect(report).toMatchObject({ waiting: [], compressed: [{ bytesBefore: 11 }] });
  await writer.append({ id: "b" });
  expect(readLog(file)).toBe('{"id":"b"}\n');
});

it("closes a torn last line, so that readers of the old file reach its end", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, `${line("a")}{"id":"to`);
  const { compressed } = await rotate(options(file));
  expect(readLog(compressed[0]?.archive ?? "")).toBe(`${line("a")}{"id":"to\n`);
});

it("never writes over an archive: two rotations within a millisecond get two names", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  const now = () => new Date("2026-02-03T04:05:06.007Z");
  for (const id of ["a", "b", "c"]) {
    writeFileSync(file, line(id));
    await rotate(options(file, { now, retention: { days: null } }));
  }
  expect(archivesOf(directory.path).toSorted()).toEqual([
    "events-20260203T040506.007Z-1.jsonl.zst",
    "events-20260203T040506.007Z-2.jsonl.zst",
    "events-20260203T040506.007Z.jsonl.zst",
  ]);
  expect(readEverything(file, join(directory.path, "archive")).map(idOf).toSorted()).toEqual(["a", "b", "c"]);
});

it("reads back every name it makes and takes no other for its own", () => {
  const words = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/);
  const moments = fc.date({ min: new Date("1970-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
  fc.assert(
    fc.property(words, moments, fc.nat(3), fc.constantFrom("", ".zst", ".gz"), (log, rotatedAt, counter, ending) => {
      let left = counter;
      const plain = nameArchive(log, rotatedAt, () => left-- > 0);
      expect(parseArchiveName(plain + ending)).toMatchObject({ log, rotatedAt, counter, plain });
    }),
  );
  for (const name of [
    "events.jsonl",
    "manifest.jsonl",
    "x-20260203.jsonl.zst",
    "x-20261303T040506.007Z.jsonl",
    "a.zst",
  ])
    expect(parseArchiveName(name)).toBeNull();
});

it("finishes what a crash left: temporary files go, a plain file beside its verified archive goes", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  const archiveDir = join(directory.path, "archive");
  writeFileSync(file, line("a"));
  const [rotated] = (await rotate(options(file, unlearned))).rotated;
  const plain = rotated?.archive ?? "";
  copyFileSync(plain, join(directory.path, "copy"));
  writeFileSync(`${plain}.zst.tmp`, "half a fra");
  writeFileSync(join(archiveDir, "notes.txt"), "not ours");
  writeFileSync(join(archiveDir, "notes.tmp"), "not ours");
  const first = await rotate(options(file));
  expect(first).toMatchObject({ removed: [{ archive: `${plain}.zst.tmp` }], compressed: [{ from: plain }] });
  copyFileSync(join(directory.path, "copy"), plain);
  const second = await rotate(options(file));
  expect(second.removed).toEqual([{ archive: plain, bytes: 46, why: "its compressed copy is verified" }]);
  expect(existsSync(plain)).toBe(false);
  expect(readLog(`${plain}.zst`)).toBe(line("a"));
  writeFileSync(plain, line("other"));
  const third = await rotate(options(file));
  expect(third.waiting).toMatchObject([{ archive: plain, why: expect.stringContaining("is beside it, and it holds") }]);
  expect([readLog(plain), readLog(`${plain}.zst`)]).toEqual([line("other"), line("a")]);
  expect(readdirSync(archiveDir)).toEqual(expect.arrayContaining(["notes.txt", "notes.tmp"]));
});

it("loses nothing when the rotator is killed at any moment, again and again", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  const acknowledged: string[] = [];
  const writer = openWriter(file);
  for (let round = 0; round < 12; round++) {
    const rotator = startWriter("rotate.ts", file);
    await until(() => rotator.said().includes("ready"));
    for (let index = 0; index < 30 + round * 7; index++) {
      await writer.append({ id: `${round}-${index}`, text: randomBytes(20_000).toString("base64") });
      acknowledged.push(`${round}-${index}`);
    }
    rotator.process.kill("SIGKILL");
    await rotator.ended;
  }
  await writer.close();
  const report = await rotate(options(file));
  expect(report.waiting).toEqual([]);
  const ids = readEverything(file, join(directory.path, "archive")).map(idOf);
  expect(ids.map(String).toSorted()).toEqual(acknowledged.toSorted());
  expect(archivesOf(directory.path).filter((name) => !name.endsWith(".jsonl.zst"))).toEqual([]);
});

it("keeps every acknowledged line of our, Python and util-linux writers exactly once while it rotates", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  const writers = [
    startWriter("append.ts", file, "ours1-", "3000"),
    startWriter("append.ts", file, "ours2-", "3000"),
    startWriter("append.py", file, "python1-", "250"),
    startWriter("append.py", file, "python2-", "250"),
    startWriter("append.sh", file, "shell1-", "200"),
    startWriter("append.sh", file, "shell2-", "200"),
  ];
  const archiveDir = join(directory.path, "archive");
  let running = writers.length;
  const ended = Promise.all(writers.map((writer) => writer.ended.finally(() => running--)));
  await until(() => existsSync(file));
  let rotations = 0;
  while (running > 0) rotations += (await rotate(options(file))).rotated.length;
  expect(await ended).toEqual(writers.map(() => 0));
  const report = await rotate(options(file));
  expect(report.waiting).toEqual([]);
  const lines = readEverything(file, archiveDir);
  const ids = lines.map(idOf);
  expect(lines.filter((_, index) => ids[index] === null)).toEqual([]);
  const counts = countEach(ids.map(String));
  expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  const acknowledged = writers.flatMap((writer) => writer.said());
  expect(acknowledged).toHaveLength(6900);
  expect(acknowledged.filter((id) => !counts.has(id))).toEqual([]);
  expect(counts.size).toBe(6900);
  expect(rotations).toBeGreaterThan(2);
});

it("lets only one rotation run in a directory and names the other", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, line("a"));
  mkdirSync(join(directory.path, "archive"));
  const other = startWriter("hold.py", join(directory.path, "archive/.rotate.lock"));
  await until(() => other.said().includes("held"));
  const why = expect.stringContaining(`process ${other.process.pid}`);
  await expect(rotate(options(file))).rejects.toMatchObject({ code: "held", why });
  expect(readFileSync(file, "utf8")).toBe(line("a"));
  expect((await rotate(options(file, { dryRun: true }))).rotated).toHaveLength(1);
  other.process.stdin?.end();
  await other.ended;
  const both = await Promise.allSettled([rotate(options(file)), rotate(options(file))]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
});

it("gives up on a log whose lock is held, and still rotates the others", async () => {
  using directory = temporaryDirectory();
  const [busy, free] = [join(directory.path, "busy.jsonl"), join(directory.path, "free.jsonl")];
  writeFileSync(busy, line("a"));
  writeFileSync(free, line("b"));
  const holder = startWriter("hold.py", busy);
  await until(() => holder.said().includes("held"));
  const both = options(busy, { files: [busy, free], lockTimeoutMs: 100 });
  const what = expect.stringContaining(busy);
  await expect(rotate(both)).rejects.toMatchObject({ code: "timeout", what });
  expect([readLog(busy), readLog(free)]).toEqual([line("a"), ""]);
  holder.process.stdin?.end();
  await holder.ended;
});

it("reports in a dry run exactly what the real one does, and changes nothing", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  const at = (day: number) => () => new Date(Date.UTC(2026, 0, day));
  for (const day of [1, 5, 20]) {
    writeFileSync(file, line("a").repeat(day));
    await rotate(options(file, { now: at(day) }));
  }
  writeFileSync(join(directory.path, "archive/events-20260101T000000.000Z.jsonl.gz.tmp"), "");
  writeFileSync(file, line("b").repeat(500));
  const look = () => spawnSync("sh", ["-c", "find . -type f | sort | xargs sha256sum"], { cwd: directory.path });
  const before = look().stdout.toString();
  const plan = { now: at(33), retention: { days: 30, count: 2 } };
  const dry = await rotate(options(file, { ...plan, dryRun: true }));
  expect(look().stdout.toString()).toBe(before);
  const real = await rotate(options(file, plan));
  expect({ ...dry, dryRun: false }).toEqual(real);
  expect(real.removed.map(({ why }) => why)).toEqual(["left by a run that did not finish", "age", "count"]);
  expect(real.compressed).toHaveLength(1);
  expect([...(await readManifest(join(directory.path, "archive"))).keys()]).toEqual(
    archivesOf(directory.path).toSorted(),
  );
});

it("touches nothing in a dry run where nothing was ever rotated", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, line("a"));
  const dry = await rotate(options(file, { dryRun: true }));
  expect(dry).toMatchObject({ rotated: [{ file }], compressed: [{ bytesBefore: 46 }] });
  expect(readdirSync(directory.path)).toEqual(["events.jsonl"]);
});

it("keeps archives by age, by number of each log and by bytes of the directory, newest first", () => {
  const archive = (name: string, bytes: number) => {
    const parsed = parseArchiveName(name);
    if (parsed === null) throw new Error(name);
    return { ...parsed, bytes };
  };
  const archives = [
    archive("a-20260101T000000.000Z.jsonl.zst", 10),
    archive("b-20260102T000000.000Z.jsonl.gz", 10),
    archive("a-20260103T000000.000Z.jsonl.zst", 10),
    archive("a-20260103T000000.000Z-1.jsonl.zst", 10),
    archive("a-20260101T000000.000Z-2.jsonl", 10),
    archive("a-20260101T000000.000Z-3.jsonl.zst.tmp", 10),
  ];
  const now = new Date("2026-01-04T00:00:00Z");
  const none = { days: null, count: null, bytes: null };
  const found = (rules: object) =>
    findExpired(archives, { ...none, ...rules }, now).map(
      ({ archive: { name }, why }) => `${name.slice(0, 10)} ${why}`,
    );
  expect(found({})).toEqual([]);
  expect(found({ days: 2 })).toEqual(["a-20260101 age"]);
  expect(found({ count: 1 })).toEqual(["a-20260101 count", "a-20260103 count"]);
  expect(found({ bytes: 30 })).toEqual(["a-20260101 bytes"]);
  expect(found({ bytes: 9 })).toHaveLength(4);
  expect(found({ days: 2, count: 1, bytes: 10 })).toEqual(["a-20260101 age", "b-20260102 bytes", "a-20260103 count"]);
});

it("follows a log that is a link, and rotates the file behind it", async () => {
  using directory = temporaryDirectory();
  const real = join(directory.path, "real.jsonl");
  writeFileSync(real, line("a"));
  spawnSync("ln", ["-s", "real.jsonl", join(directory.path, "link.jsonl")]);
  const report = await rotate(
    options(join(directory.path, "link.jsonl"), { files: [real, join(directory.path, "link.jsonl")] }),
  );
  expect(report.rotated).toMatchObject([{ file: real }]);
  expect(readFileSync(join(directory.path, "link.jsonl"), "utf8")).toBe("");
});

it("stops when it is told to, without a temporary file and without loss", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, randomBytes(20_000_000).toString("base64"));
  const stop = new AbortController();
  const archiveDir = join(directory.path, "archive");
  const running = rotate(options(file), { signal: stop.signal });
  await until(() => existsSync(archiveDir) && readdirSync(archiveDir).some((name) => name.endsWith(".tmp")));
  stop.abort();
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
  expect(archivesOf(directory.path)).toEqual([expect.stringMatching(/\.jsonl$/)]);
  expect((await rotate(options(file))).compressed).toHaveLength(1);
});

it("keeps the plain file when the disk fills up during compression, and finishes once there is room", async (context) => {
  using directory = temporaryDirectory();
  using disk = mountDisk(directory.path, "2m");
  if (disk === null) return context.skip("this user may not mount a small disk");
  const mount = disk.path;
  const file = join(mount, "events.jsonl");
  const text = `{"id":"a","text":"${randomBytes(1_000_000).toString("base64")}"}\n`;
  writeFileSync(file, text);
  await expect(rotate(options(file))).rejects.toMatchObject({
    code: "full",
    what: expect.stringContaining("was not compressed"),
    hint: expect.stringContaining("df -h"),
  });
  const [plain = "", ...rest] = archivesOf(mount);
  expect(rest).toEqual([]);
  expect(readLog(join(mount, "archive", plain))).toBe(text);
  spawnSync("mount", ["-o", "remount,size=8m", mount]);
  const { compressed } = await rotate(options(file));
  expect(readLog(compressed[0]?.archive ?? "")).toBe(text);
});

it("refuses an archive directory on another disk and leaves the log where it is", async (context) => {
  using directory = temporaryDirectory();
  using disk = mountDisk(directory.path, "1m");
  if (disk === null) return context.skip("this user may not mount another disk");
  const mount = disk.path;
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, line("a"));
  const elsewhere = rotate(options(file, { archiveDir: mount }));
  await expect(elsewhere).rejects.toMatchObject({ code: "usage", hint: expect.stringContaining("same disk") });
  expect(readLog(file)).toBe(line("a"));
});

it("takes a name that others gave away: a log renamed by another rotation is passed over", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "events.jsonl");
  writeFileSync(file, line("a"));
  const holder = startWriter("hold.py", file);
  await until(() => holder.said().includes("held"));
  const running = rotate(options(file));
  await until(() => existsSync(join(directory.path, "archive/.rotate.lock")));
  renameSync(file, `${file}.1`);
  holder.process.stdin?.end();
  await holder.ended;
  expect(await running).toMatchObject({ rotated: [], kept: [{ why: "missing" }] });
  expect(readLog(`${file}.1`)).toBe(line("a"));
});
