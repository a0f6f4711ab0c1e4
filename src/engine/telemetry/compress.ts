import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, chown, open, rm, stat, utimes } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from "node:zlib";
import { diskFailure } from "../disk.ts";
import { errnoOf, Failure } from "../errors.ts";
import type { Compression } from "./archive-name.ts";

/** What two copies of a log must have in common. */
export interface Content {
  readonly bytes: number;
  /** Newlines, and one more for a last line without one. */
  readonly lines: number;
  /** Of the uncompressed bytes, in hexadecimal. */
  readonly sha256: string;
}

/** What may end a wait early. */
export interface Waiting {
  readonly signal?: AbortSignal | undefined;
}

const newline = 10;

interface Tally {
  add(chunk: Uint8Array): void;
  /** Passes chunks on, counting them. */
  watch(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
  content(): Content;
}

function openTally(): Tally {
  const hash = createHash("sha256");
  let bytes = 0;
  let newlines = 0;
  let final = newline;
  function add(chunk: Uint8Array): void {
    hash.update(chunk);
    bytes += chunk.length;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) newlines += 1;
    final = chunk.at(-1) ?? final;
  }
  return {
    add,
    async *watch(chunks) {
      for await (const chunk of chunks) {
        add(chunk);
        yield chunk;
      }
    },
    content: () => ({ bytes, lines: newlines + (final === newline ? 0 : 1), sha256: hash.digest("hex") }),
  };
}

function compressor(compression: Compression) {
  return compression === "gzip" ? createGzip() : createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}

function decompressor(compression: Compression) {
  return compression === "gzip" ? createGunzip() : createZstdDecompress();
}

/** The first way in which a copy differs from what it should hold, as a clause; null when it does not. */
export function differenceOf(copy: Content, expected: Content): string | null {
  if (copy.bytes !== expected.bytes) return `it holds ${copy.bytes} bytes instead of ${expected.bytes}`;
  if (copy.lines !== expected.lines) return `it holds ${copy.lines} lines instead of ${expected.lines}`;
  return copy.sha256 === expected.sha256 ? null : "its SHA-256 differs";
}

/** Whether an error of a decompression says that the data is bad, rather than that the disk or the caller is. */
export function isBadData(error: unknown): boolean {
  const word = errnoOf(error);
  return word.startsWith("Z_") || word.startsWith("ZSTD_") || word === "ERR_TRAILING_JUNK_AFTER_STREAM_END";
}

/** The content of a plain file, read once from start to end. */
export async function readContent(file: string, { signal }: Waiting): Promise<Content> {
  const tally = openTally();
  for await (const chunk of createReadStream(file, { signal })) tally.add(chunk);
  return tally.content();
}

/** The content an archive decompresses to, written nowhere. Throws what zlib says when it is corrupt. */
export async function readArchiveContent(
  archive: string,
  compression: Compression,
  { signal }: Waiting,
): Promise<Content> {
  const tally = openTally();
  const drain = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) tally.add(chunk);
  };
  await pipeline(createReadStream(archive), decompressor(compression), drain, { signal });
  return tally.content();
}

/** The number of bytes a file would take compressed; writes nothing. */
export async function measureCompressed(file: string, compression: Compression, { signal }: Waiting): Promise<number> {
  let bytes = 0;
  const drain = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) bytes += chunk.length;
  };
  await pipeline(createReadStream(file), compressor(compression), drain, { signal });
  return bytes;
}

/** Decompresses into a new file, flushed to the disk, and returns what it wrote; the caller removes it on failure. */
export async function decompressTo(
  archive: string,
  compression: Compression,
  target: string,
  { signal }: Waiting,
): Promise<Content> {
  const tally = openTally();
  const sink = createWriteStream(target, { flags: "wx", mode: 0o600, flush: true });
  await pipeline(createReadStream(archive), decompressor(compression), tally.watch, sink, { signal });
  return tally.content();
}

async function dressLike(target: string, file: string): Promise<void> {
  const like = await stat(file);
  await chown(target, like.uid, like.gid).catch((error: unknown) => {
    if (errnoOf(error) !== "EPERM") throw error;
  });
  await chmod(target, like.mode & 0o777);
  await utimes(target, like.atime, like.mtime);
  const handle = await open(target, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Compresses a file into a new file (zstd frames carry a checksum, RFC 8878 §3.1.1; gzip a CRC-32, RFC 1952), flushes
 * it, decompresses it again and compares bytes, lines and SHA-256; mode, owner and times are taken over.
 * Fails with `full`, `home` or `corrupt`; then the new file is gone and the old one untouched.
 */
export async function compressVerified(
  file: string,
  target: string,
  compression: Compression,
  { signal }: Waiting,
): Promise<Content & { readonly compressedBytes: number }> {
  const tally = openTally();
  try {
    const sink = createWriteStream(target, { flags: "wx", mode: 0o600, flush: true });
    await pipeline(createReadStream(file), tally.watch, compressor(compression), sink, { signal });
    const content = tally.content();
    const difference = differenceOf(await readArchiveContent(target, compression, { signal }), content);
    if (difference !== null) {
      throw new Failure("corrupt", {
        what: `The log ${file} was not compressed`,
        why: `the compressed copy was read back and ${difference}`,
        hint: "The log is kept as it is. Check the disk and the memory of this machine, then rotate again",
      });
    }
    await dressLike(target, file);
    return { ...content, compressedBytes: (await stat(target)).size };
  } catch (error) {
    await rm(target, { force: true });
    throw diskFailure(error, `The log ${file} was not compressed`, target);
  }
}
