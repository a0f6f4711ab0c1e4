import { setFlagsFromString } from "node:v8";

/**
 * Keeps the heap's space for young objects as small as it is. Left alone it grows with the machine's memory, up to
 * 134 MB on one with 24 GB, and whatever was read and is done with stays in it: 150 MB of backlog took 318 MB of memory
 * and takes 175 MB like this, in the same time.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
