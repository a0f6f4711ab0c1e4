import { createReadStream } from "node:fs";
import { type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { splitBytes, splitLines } from "../base/lines.ts";
import { appendDurably, diskFailure, makeDirectory, syncDirectory } from "../disk.ts";
import { lockFile, unlock } from "../telemetry/flock.ts";
import { checkDatasetPlace } from "./dataset-place.ts";
import { parseDatasetLine } from "./export.ts";
import type { Pair } from "./shapes.ts";

/** What becomes of some lines of the dataset, in their order. */
export type ChangeLines = (lines: readonly Buffer[]) => Promise<readonly Buffer[]>;

/** The dataset on disk: one pair a line, only ever appended to. States: open, closed; one writer at a time. */
export interface DatasetFile {
  readonly file: string;
  /** Bytes of an unfinished last line that were cut when it was opened. */
  readonly droppedBytes: number;
  bytes(): number;
  /** Appends whole lines, each with its newline, and resolves once they are on disk. Fails with `full`, `home` or `timeout`; then nothing stays. */
  append(lines: readonly Uint8Array[], options: { readonly signal: AbortSignal }): Promise<void>;
  /** Takes the pairs of these lessons out, durably; every other line stays byte for byte. Fails as `append` does. */
  remove(ids: ReadonlySet<string>, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Writes every line anew, some at a time and each with its newline, durably; with no change the file stays. Fails as `append` does. */
  rewrite(change: ChangeLines, options: { readonly signal: AbortSignal }): Promise<void>;
  /** The lesson ids of the pairs from a byte offset on; lines of other programs are passed over. */
  read(fromBytes: number): Promise<string[]>;
  close(): void;
}

async function lastWholeLine(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(10);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

const copiedBytes = 1024 * 1024;

/** Opens the dataset, made private (0600) when it is new, and cuts an unfinished last line that a crash left. */
export async function openDatasetFile(
  file: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<DatasetFile> {
  let handle: FileHandle;
  try {
    await checkDatasetPlace(file);
    await makeDirectory(dirname(file));
    handle = await open(file, "a+", 0o600);
    await syncDirectory(dirname(file));
  } catch (error) {
    throw diskFailure(error, `The dataset ${file} was not opened`, file);
  }
  await lockFile(handle.fd, file, { timeoutMs: 5000, signal });
  // What a crash left of a file that was written anew.
  await rm(temporaryOf(await realpath(file)), { force: true });
  const { size } = await handle.stat();
  let bytes = await lastWholeLine(handle, size);
  if (bytes < size) await handle.truncate(bytes);
  unlock(handle.fd);
  const rewrite = async (change: ChangeLines, options: { readonly signal: AbortSignal }) => {
    await lockFile(handle.fd, file, { timeoutMs: 5000, signal: options.signal });
    const former = handle;
    try {
      const other = await rewritten(file, change, options);
      if (other === null) return;
      ({ handle, bytes } = other);
      await syncDirectory(dirname(await realpath(file)));
    } catch (error) {
      throw diskFailure(error, `The lines of ${file} were not written anew`, file);
    } finally {
      unlock(former.fd);
      if (former !== handle) await former.close();
    }
  };
  return {
    file,
    droppedBytes: size - bytes,
    bytes: () => bytes,
    async append(lines, options) {
      if (lines.length === 0) return;
      await lockFile(handle.fd, file, { timeoutMs: 5000, signal: options.signal });
      try {
        const added = await appendDurably(handle.fd, file, Buffer.concat(lines));
        bytes = added.offset + added.bytes;
      } finally {
        unlock(handle.fd);
      }
    },
    remove: (ids, options) => rewrite(async (lines) => lines.filter((line) => !isPairOf(line, ids)), options),
    rewrite,
    async read(fromBytes) {
      const ids: string[] = [];
      for await (const { pair } of readPairs(file, fromBytes)) if (pair) ids.push(pair.metadata.lesson_id);
      return ids;
    },
    close() {
      void handle.close();
    },
  };
}

function isPairOf(line: Buffer, ids: ReadonlySet<string>): boolean {
  const pair = parseDatasetLine(line.toString("utf8"));
  return pair !== null && ids.has(pair.metadata.lesson_id);
}

function temporaryOf(target: string): string {
  return `${target}.tmp`;
}

// Written whole beside it and put in its place: after a crash at any moment one of the two is there. Null where every
// line stays as it is.
async function rewritten(
  file: string,
  change: ChangeLines,
  { signal }: { readonly signal: AbortSignal },
): Promise<{ handle: FileHandle; bytes: number } | null> {
  // A link stays one.
  const target = await realpath(file);
  const temporary = temporaryOf(target);
  try {
    await rm(temporary, { force: true });
    const handle = await open(temporary, "ax+", 0o600);
    try {
      let isSame = true;
      for await (const lines of linesAtOnce(file)) {
        signal.throwIfAborted();
        const kept = await change(lines);
        isSame &&= kept.length === lines.length && kept.every((line, index) => line === lines[index]);
        await handle.appendFile(Buffer.concat(kept));
      }
      if (isSame) {
        await handle.close();
        await rm(temporary);
        return null;
      }
      await handle.sync();
      const { size } = await handle.stat();
      await rename(temporary, target);
      return { handle, bytes: size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function* linesAtOnce(file: string): AsyncGenerator<Buffer[]> {
  let lines: Buffer[] = [];
  let bytes = 0;
  for await (const line of splitBytes(createReadStream(file))) {
    lines.push(line);
    bytes += line.length;
    if (bytes < copiedBytes) continue;
    yield lines;
    lines = [];
    bytes = 0;
  }
  if (lines.length > 0) yield lines;
}

/** Every line of a dataset from a byte offset on, with its pair, or null where it is no pair of this program. */
export async function* readPairs(file: string, fromBytes = 0): AsyncGenerator<{ line: string; pair: Pair | null }> {
  for await (const line of splitLines(createReadStream(file, { start: fromBytes }))) {
    if (line.trim() !== "") yield { line, pair: parseDatasetLine(line) };
  }
}
