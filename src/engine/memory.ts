import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Two halves of 4 MiB: larger ones are hardly faster. */
const youngSpaceBytes = 8 * 2 ** 20;
/**
 * How much the heap may grow beyond what was in use when it was last collected, where many files are followed. Left
 * alone it grows four times as large where the machine has the memory: ten thousand files took 500 MB for 60 that were
 * in use. With few files little is in use, and collecting it so often takes a fifth of the processor time.
 */
const growingPercent = 15;
const manyFiles = 1000;
let isBound = false;
let state: "growing" | "held" | "settled" = "growing";

function setGrowth(factor: 1 | 2): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}

/**
 * Holds the heap's space for young objects at the size it has, while a long piece of work is done in one go: the places
 * in ten thousand files would let it grow to 128 MB, where it then stays. `keepYoungSpaceSmall` ends that.
 */
export function holdYoungSpace(): void {
  if (state === "settled") return;
  setGrowth(1);
  state = "held";
}

/**
 * Stops the heap's space for young objects from growing once it is large enough; call it every so often. Left alone it
 * grows with the machine's memory, up to 134 MB on one with 24 GB, and whatever was read and is done with stays in it:
 * 150 MB of backlog took 318 MB of memory. Kept at its first 1 MiB, collecting it takes a tenth of the time.
 */
export function keepYoungSpaceSmall(): void {
  if (state === "settled") return;
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  if (young !== undefined && young.space_size >= youngSpaceBytes) {
    setGrowth(1);
    state = "settled";
  } else if (state === "held") {
    setGrowth(2);
    state = "growing";
  }
}

/** Keeps the heap near what is in use where so many files are followed that it matters; stays so. */
export function keepHeapSmall(files: number): void {
  if (isBound || files < manyFiles) return;
  isBound = true;
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
}
