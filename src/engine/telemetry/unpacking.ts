import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { messageOf } from "../errors.ts";
import type { Compression } from "./archive-name.ts";
import { inodeKey, readAt } from "./identity.ts";

/**
 * Compressed bytes given to the decompressor at a time. What a piece becomes is held in memory, and no more: at most
 * 4 MB of gzip (1,032 times as much), 16 MB of zstd (128 kB from four bytes).
 */
const pieceBytes = { gzip: 4096, zstd: 512 } as const;
const enoughBytes = 64 * 1024;

/** A compressed file while it is read from its start to its end. */
export interface Unpacking {
  /** The next bytes of its content, at least some, or null at the end. */
  next(): Promise<Buffer | null>;
  /** Why the content ended before the file did, once `next` has given null; null when it is whole. */
  damage(): string | null;
  close(): void;
}

// pzstd begins with a frame that holds no content, and Node's decompressor takes it for the last one.
function skipEmptyFrames(fd: number): number {
  for (let at = 0; ; ) {
    const header = readAt(fd, at, 8);
    if (header.length < 8 || (header.readUInt32LE(0) & 0xfffffff0) >>> 0 !== 0x184d2a50) return at;
    at += 8 + header.readUInt32LE(4);
  }
}

function why(error: Error): string {
  const message = messageOf(error);
  return message === "unexpected end of file" ? "it ends in the middle" : message;
}

/**
 * Opens a compressed file for reading as a stream, in bounded memory; null when another file has its name now, because
 * rotation moves names on. Fails as opening does.
 */
export function openUnpacking(file: string, inode: string, compression: Compression): Unpacking | null {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  if (inodeKey(fstatSync(fd)) !== inode) {
    closeSync(fd);
    return null;
  }
  const stream = compression === "gzip" ? createGunzip() : createZstdDecompress();
  let at = compression === "zstd" ? skipEmptyFrames(fd) : 0;
  let chunks: Buffer[] = [];
  let held = 0;
  let ended = fstatSync(fd).size === at;
  let failed: string | null = null;
  let isOpen = true;
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
  });
  stream.on("error", (error) => {
    failed = why(error);
    ended = true;
  });
  stream.on("end", () => {
    ended = true;
  });

  const step = (piece: Buffer) =>
    new Promise<void>((resolve) => {
      const done = () => {
        for (const event of ["error", "end", "close"]) stream.off(event, done);
        resolve();
      };
      for (const event of ["error", "end", "close"]) stream.once(event, done);
      if (piece.length === 0) stream.end();
      else stream.write(piece, done);
    });

  return {
    async next() {
      while (!ended && held < enoughBytes) {
        const piece = readAt(fd, at, pieceBytes[compression]);
        at += piece.length;
        await step(piece);
      }
      if (held === 0) return null;
      const bytes = Buffer.concat(chunks, held);
      chunks = [];
      held = 0;
      return bytes;
    },
    damage() {
      if (failed !== null || compression === "gzip" || !isOpen) return failed;
      return at < fstatSync(fd).size ? "something else follows its content" : null;
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      ended = true;
      stream.destroy();
      closeSync(fd);
    },
  };
}
