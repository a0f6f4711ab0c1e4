import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { appendDurably, diskFailure, makeDirectory, syncDirectory, writeWhole } from "../../src/engine/disk.ts";
import { Failure } from "../../src/engine/errors.ts";
import { temporaryDirectory } from "./telemetry/writing.ts";

it("replaces a file as a whole, readable by its owner only, and leaves nothing else behind", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "cursor.json");
  await writeWhole(file, "old");
  await writeWhole(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory.path)).toEqual(["cursor.json"]);
});

it("leaves the old file and no temporary one when it cannot replace it", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "taken");
  mkdirSync(join(file, "inside"), { recursive: true });
  await expect(writeWhole(file, "new")).rejects.toMatchObject({ code: "failed", what: expect.stringContaining(file) });
  expect(readdirSync(directory.path)).toEqual(["taken"]);
});

it("fails at once where the system takes no new directories, and where a file is in the way", async () => {
  using directory = temporaryDirectory();
  await expect(makeDirectory("/proc/home/inside")).rejects.toMatchObject({ code: "home" });
  const file = join(directory.path, "file");
  writeFileSync(file, "");
  await expect(makeDirectory(join(file, "inside"))).rejects.toMatchObject({ code: "home" });
  symlinkSync(join(directory.path, "nowhere"), join(directory.path, "link"));
  await expect(makeDirectory(join(directory.path, "link", "inside"))).rejects.toMatchObject({ what: /link/ });
  await makeDirectory(join(directory.path, "a", "b"));
  expect(statSync(join(directory.path, "a", "b")).mode & 0o777).toBe(0o700);
});

it("does not start to write when it was told to stop", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "never");
  await expect(writeWhole(file, "x", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  expect(readdirSync(directory.path)).toEqual([]);
});

it("appends and says where the bytes landed", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "pairs.jsonl");
  writeFileSync(file, "one\n");
  for (const flags of ["a", "r+"]) {
    const fd = openSync(file, flags);
    const { size } = statSync(file);
    expect(await appendDurably(fd, file, "zwölf\n")).toEqual({ offset: size, bytes: 7 });
    closeSync(fd);
  }
  expect(readFileSync(file, "utf8")).toBe("one\nzwölf\nzwölf\n");
  await syncDirectory(directory.path);
});

it("says that the disk is full, where, and what to type", async () => {
  using directory = temporaryDirectory();
  const full = join(directory.path, "full");
  symlinkSync("/dev/full", full);
  const fd = openSync(full, "r+");
  const failure = await appendDurably(fd, full, "x").catch((error: unknown) => error);
  closeSync(fd);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ code: "full", why: `the disk that holds ${full} is full` });
  expect(failure).toMatchObject({ hint: expect.stringContaining(`df -h ${directory.path}`) });
});

it("makes missing directories for their owner only", async () => {
  using directory = temporaryDirectory();
  const deep = join(directory.path, "a/b");
  await makeDirectory(deep);
  await makeDirectory(deep);
  expect(statSync(deep).mode & 0o777).toBe(0o700);
});

it.each([
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  ["EROFS", "home"],
  ["EACCES", "home"],
  ["EPERM", "home"],
  ["EIO", "failed"],
])("turns %s into the failure `%s` that names the path and what to type", (word, code) => {
  const failure = diskFailure(Object.assign(new Error(word), { code: word }), "It was not written", "/some/where/file");
  expect(failure).toMatchObject({ code, what: "It was not written", hint: expect.stringContaining("/some/where") });
});
