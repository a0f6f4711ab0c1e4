import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mostOpenFiles, openDescriptors, type Reader } from "../../../src/engine/telemetry/descriptors.ts";
import { inodeKey } from "../../../src/engine/telemetry/identity.ts";
import { temporaryDirectory } from "./writing.ts";

function readersIn(directory: string, count: number): Reader[] {
  return Array.from({ length: count }, (_, index) => {
    const file = join(directory, `${index}.jsonl`);
    writeFileSync(file, "{}\n");
    return { file, inode: inodeKey(statSync(file)), fd: null };
  });
}

const openOnes = (readers: readonly Reader[]) => readers.flatMap(({ fd }, index) => (fd === null ? [] : [index]));

test("of too many open files the one used longest ago is closed", () => {
  using directory = temporaryDirectory();
  const readers = readersIn(directory.path, 5);
  const descriptors = openDescriptors(3);
  for (const reader of [0, 1, 2, 0, 3, 4].flatMap((index) => readers[index] ?? [])) descriptors.open(reader);
  expect(openOnes(readers)).toEqual([0, 3, 4]);
  for (const reader of readers) descriptors.close(reader);
  expect(openOnes(readers)).toEqual([]);
});

test("an open file whose name is gone stays open, because it could not be opened again", () => {
  using directory = temporaryDirectory();
  const readers = readersIn(directory.path, 4);
  const descriptors = openDescriptors(2);
  for (const reader of readers.slice(0, 2)) descriptors.open(reader);
  rmSync(readers[0]?.file ?? "");
  renameSync(readers[1]?.file ?? "", join(directory.path, "elsewhere"));
  for (const reader of readers.slice(2)) descriptors.open(reader);
  expect(openOnes(readers)).toEqual([0, 1, 3]);
  for (const reader of readers) descriptors.close(reader);
});

test("a quarter of the files that a process may open are for reading, and never none", () => {
  expect([20_000, 1024, 256, 4, null].map(mostOpenFiles)).toEqual([1024, 256, 64, 8, 64]);
});
