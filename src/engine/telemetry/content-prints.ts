import { type Fingerprint, fingerprintOf, headBytesMax } from "./identity.ts";

/** Bytes before the current place that are kept: many more than a fingerprint needs, to know a whole content by. */
export const keptBytes = 1024;

const nothing: Fingerprint = { headBytes: 0, headHash: "", tailHash: "" };

/** The first and the latest bytes of a content that passes by, from which the fingerprint at any place is made. */
export interface ContentPrints {
  /** Bytes that have passed. */
  bytes(): number;
  /** The first bytes, at most 1 kB. */
  head(): Buffer;
  /** The bytes just before the current place. */
  tail(): Buffer;
  add(chunk: Buffer): void;
  /** The fingerprint of all that has passed. */
  print(): Fingerprint;
}

/** Opens the fingerprints of a content that is read once from its start. */
export function openContentPrints(): ContentPrints {
  let bytes = 0;
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  return {
    bytes: () => bytes,
    head: () => head,
    tail: () => tail,
    add(chunk) {
      bytes += chunk.length;
      if (head.length < headBytesMax) head = Buffer.concat([head, chunk.subarray(0, headBytesMax - head.length)]);
      const longer = chunk.length >= keptBytes ? chunk : Buffer.concat([tail, chunk]);
      tail = Buffer.from(longer.subarray(Math.max(0, longer.length - keptBytes)));
    },
    print: () => fingerprintOf(head, tail, bytes, nothing),
  };
}
