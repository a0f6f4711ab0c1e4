import { fstatSync } from "node:fs";
import { readAt, shortHash, tailBytesMax } from "./identity.ts";

/** Bytes read at a time; a single longer line is read up to the longest allowed line. */
export const chunkBytes = 128 * 1024;

/** A run of whole lines, or one line that is too long to read, or news about the file. */
export type Chunk =
  | {
      readonly kind: "lines";
      readonly offset: number;
      readonly bytes: Buffer;
      readonly restBytes: number;
      readonly before: Buffer;
    }
  | { readonly kind: "too_long"; readonly offset: number; readonly length: number }
  | { readonly kind: "wait" }
  | { readonly kind: "broken" };

/** Where the search for the end of an over-long line has come to, so that no byte is scanned twice. */
export interface Scan {
  scannedTo: number;
}

// One buffer for every read: what is read is used at once, or copied by whoever keeps it.
const scratch = Buffer.allocUnsafe(chunkBytes + tailBytesMax);

function endOfLine(fd: number, from: number): { end: number } | { scannedTo: number } {
  for (let offset = from; ; ) {
    const block = readAt(fd, offset, chunkBytes, scratch);
    const newline = block.indexOf(10);
    if (newline >= 0) return { end: offset + newline + 1 };
    offset += block.length;
    if (block.length < chunkBytes) return { scannedTo: offset };
  }
}

/** Bytes of the end of a last line that was taken without it (and blanks before that): it is no line of its own. */
export function restOfTaken(fresh: Buffer): number {
  const newline = fresh.indexOf(10);
  return fresh.toString("latin1", 0, newline).trim() === "" ? newline + 1 : 0;
}

/**
 * A last line that has no end yet but is a whole JSON object: no beginning of an object is one, so nothing of it can be
 * still to come. Null when there is none.
 */
export function readUnended(fd: number, offset: number, maxLineBytes: number): Buffer | null {
  const restBytes = fstatSync(fd).size - offset;
  if (restBytes <= 0 || restBytes > maxLineBytes) return null;
  const bytes = readAt(fd, offset, restBytes);
  if (bytes[0] !== 0x7b || bytes.includes(10)) return null;
  try {
    JSON.parse(bytes.toString("utf8"));
    return bytes;
  } catch {
    return null;
  }
}

/**
 * The whole lines that follow an offset, up to 256 kB; a partial last line waits.
 * `tailHash` is what the bytes before the offset must hash to: anything else is `broken`, a file written anew.
 */
export function readChunk(fd: number, offset: number, tailHash: string, maxLineBytes: number, scan: Scan): Chunk {
  const before = Math.min(tailBytesMax, offset);
  for (let want = chunkBytes; ; want = Math.min(want * 4, maxLineBytes + 1)) {
    const block = readAt(fd, offset - before, before + want, want === chunkBytes ? scratch : undefined);
    if (block.length < before || (before > 0 && shortHash(block.subarray(0, before)) !== tailHash)) {
      return { kind: "broken" };
    }
    const fresh = block.subarray(before);
    const end = fresh.lastIndexOf(10);
    if (end >= 0) {
      const restBytes = before > 0 && block[before - 1] !== 10 ? restOfTaken(fresh) : 0;
      return { kind: "lines", offset, bytes: fresh.subarray(0, end + 1), restBytes, before: block.subarray(0, before) };
    }
    if (fresh.length < want) return { kind: "wait" };
    if (fresh.length > maxLineBytes) break;
  }
  const found = endOfLine(fd, Math.max(scan.scannedTo, offset + maxLineBytes));
  if ("end" in found) return { kind: "too_long", offset, length: found.end - offset };
  scan.scannedTo = found.scannedTo;
  return { kind: "wait" };
}
