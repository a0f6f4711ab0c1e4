import { hash } from "node:crypto";
import { fstatSync, readSync, statSync } from "node:fs";

/** Most bytes of a file's beginning that make its identity. */
export const headBytesMax = 1024;
/** Bytes just before the committed offset that must still be there. */
export const tailBytesMax = 64;

/** What is known of the committed part of a file: where it stands and what it began and ended with. */
export interface Fingerprint {
  readonly headBytes: number;
  readonly headHash: string;
  readonly tailHash: string;
}

/** How an open file relates to what a cursor knows of it. */
export type Relation = "same" | "truncated" | "rewritten";

/** A short SHA-256 of bytes, 32 hex digits; hashes, not bytes, are kept, because logs are private. */
export function shortHash(bytes: Buffer): string {
  // A piece of the longer text would hold all of it, and there may be ten thousand files.
  return hash("sha256", bytes, "buffer").toString("hex", 0, 16);
}

/** Exactly the bytes asked for, or fewer where the file ends; in `into` when that is given, until its next use. */
export function readAt(fd: number, offset: number, bytes: number, into?: Buffer): Buffer {
  const buffer = into ?? Buffer.allocUnsafe(bytes);
  let got = 0;
  while (got < bytes) {
    const read = readSync(fd, buffer, got, bytes - got, offset + got);
    if (read === 0) break;
    got += read;
  }
  return buffer.subarray(0, got);
}

/** The fingerprint of the first `offset` bytes of an open file; the head grows with the offset up to 1 kB. */
export function fingerprint(fd: number, offset: number, known?: Fingerprint): Fingerprint {
  const headBytes = Math.min(headBytesMax, offset);
  const tailBytes = Math.min(tailBytesMax, offset);
  const headHash = known?.headBytes === headBytes ? known.headHash : shortHash(readAt(fd, 0, headBytes));
  return { headBytes, headHash, tailHash: shortHash(readAt(fd, offset - tailBytes, tailBytes)) };
}

/** The fingerprint of the first `offset` bytes from bytes that were read: the file's head, and a run that ends there. */
export function fingerprintOf(head: Buffer, run: Buffer, offset: number, known: Fingerprint): Fingerprint {
  const headBytes = Math.min(headBytesMax, offset);
  const headHash = known.headBytes === headBytes ? known.headHash : shortHash(head.subarray(0, headBytes));
  return { headBytes, headHash, tailHash: shortHash(run.subarray(Math.max(0, run.length - tailBytesMax))) };
}

/** Whether an open file still begins with what was committed: identity is its first bytes, and size ≥ offset. */
export function relate(fd: number, offset: number, known: Fingerprint): Relation {
  if (offset === 0) return "same";
  if (fstatSync(fd).size < offset) return "truncated";
  const now = fingerprint(fd, offset);
  const headSame = now.headBytes === known.headBytes && now.headHash === known.headHash;
  return headSame && now.tailHash === known.tailHash ? "same" : "rewritten";
}

/** The key of what is at a path now; empty where nothing is, or where it cannot be looked at. */
export function inodeKeyAt(path: string): string {
  try {
    return inodeKey(statSync(path));
  } catch {
    return "";
  }
}

/** The key of a file on this machine: `device:inode`. */
export function inodeKey(stat: { readonly dev: number; readonly ino: number }): string {
  return `${stat.dev}:${stat.ino}`;
}
