import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Two halves of 4 MiB: larger ones are hardly faster. */
const youngSpaceBytes = 8 * 2 ** 20;
let settled = false;

/**
 * Stops the heap's space for young objects from growing once it is large enough; call it every so often. Left alone it
 * grows with the machine's memory, up to 134 MB on one with 24 GB, and whatever was read and is done with stays in it:
 * 150 MB of backlog took 318 MB of memory. Kept at its first 1 MiB, collecting it takes a tenth of the time.
 */
export function keepYoungSpaceSmall(): void {
  if (settled) return;
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  if (young !== undefined && young.space_size < youngSpaceBytes) return;
  setFlagsFromString("--semi-space-growth-factor=1");
  settled = true;
}
