import { createReadStream } from "node:fs";
import { type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { splitBytes, splitLines } from "../base/lines.ts";
import { appendDurably, diskFailure, makeDirectory, syncDirectory } from "../disk.ts";
import { lockFile, unlock } from "../telemetry/flock.ts";
import { checkDatasetPlace } from "./dataset-place.ts";
import { parseDatasetLine } from "./export.ts";
import type { Pair } from "./shapes.ts";

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
    async remove(ids, options) {
      await lockFile(handle.fd, file, { timeoutMs: 5000, signal: options.signal });
      const former = handle;
      try {
        ({ handle, bytes } = await withoutPairs(file, ids));
        await syncDirectory(dirname(await realpath(file)));
      } catch (error) {
        throw diskFailure(error, `Withdrawn pairs were not taken out of ${file}`, file);
      } finally {
        unlock(former.fd);
        if (former !== handle) await former.close();
      }
    },
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

// Written whole beside it and put in its place: after a crash at any moment one of the two is there.
async function withoutPairs(file: string, ids: ReadonlySet<string>): Promise<{ handle: FileHandle; bytes: number }> {
  // A link stays one.
  const target = await realpath(file);
  const temporary = temporaryOf(target);
  try {
    await rm(temporary, { force: true });
    const handle = await open(temporary, "ax+", 0o600);
    try {
      let kept: Buffer[] = [];
      let keptBytes = 0;
      const flush = async () => {
        await handle.appendFile(Buffer.concat(kept));
        kept = [];
        keptBytes = 0;
      };
      for await (const line of splitBytes(createReadStream(file))) {
        if (isPairOf(line, ids)) continue;
        kept.push(line);
        keptBytes += line.length;
        if (keptBytes >= copiedBytes) await flush();
      }
      await flush();
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

/** Every line of a dataset from a byte offset on, with its pair, or null where it is no pair of this program. */
export async function* readPairs(file: string, fromBytes = 0): AsyncGenerator<{ line: string; pair: Pair | null }> {
  for await (const line of splitLines(createReadStream(file, { start: fromBytes }))) {
    if (line.trim() !== "") yield { line, pair: parseDatasetLine(line) };
  }
}
