import { type Fingerprint, shortHash } from "./identity.ts";

/*
 * copytruncate copies a log and then cuts it. What is written and read in between is behind the end of the copy, so that
 * no place that was saved fits the copy. The last bytes that were read of a log in use are kept for this: a copy that
 * ends among them was read to its end.
 */

const recentBytesMax = 16 * 1024;
const inUseMs = 10_000;
const none = Buffer.alloc(0);

/** How far a content was read, and the last bytes of it. */
export interface RecentPlace {
  readonly offset: number;
  readonly print: Fingerprint;
  readonly recent: Buffer;
}

/** The bytes of a copy, by its first ones and the last few. */
export interface CopyEnd {
  readonly bytes: number;
  /** Fingerprint of its first bytes, as many as that of the place has. */
  readonly headHash: (headBytes: number) => string | null;
  /** A hash of so many of its last bytes. */
  readonly end: { readonly bytes: number; readonly hash: string };
}

/** The last bytes read of a log once some more are; none of a log that nobody has written to for a while. */
export function addRecent(recent: Buffer, more: Buffer, changedAtMs: number): Buffer {
  if (Date.now() - changedAtMs > inUseMs) return none;
  // All of a run that is kept as it is: every sink has the same one.
  if (recent.length === 0 && more.length <= recentBytesMax && more.length === more.buffer.byteLength) return more;
  const kept = Math.min(recentBytesMax, recent.length + more.length);
  // Memory of its own: a piece of what many buffers share would hold all of that, and there may be ten thousand files.
  const bytes = Buffer.allocUnsafeSlow(kept);
  const fresh = more.subarray(Math.max(0, more.length - kept));
  recent.copy(bytes, 0, recent.length - (kept - fresh.length));
  fresh.copy(bytes, kept - fresh.length);
  return bytes;
}

/** Whether a copy ends among the last bytes that were read, so that all of it was. */
export function endsAmong({ offset, print, recent }: RecentPlace, { bytes, headHash, end }: CopyEnd): boolean {
  const from = bytes - end.bytes - (offset - recent.length);
  if (bytes >= offset || bytes === 0 || from < 0) return false;
  if (shortHash(recent.subarray(from, from + end.bytes)) !== end.hash) return false;
  // A copy that is shorter than the head has its first byte among those that are compared, or is not known.
  return end.bytes === bytes || headHash(print.headBytes) === print.headHash;
}
