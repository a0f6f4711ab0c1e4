import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openTrim } from "../engine/native.ts";

const lookMs = 2500;
const grownBytes = 8 * 1024 * 1024;
const moreBytes = 4 * 1024 * 1024;
const trimMs = 60_000;

/**
 * Keeps the memory of a long-running screen small: frames are garbage a moment later, so the young generation need not
 * grow, the old one grows in small steps, and what a flood left behind is given back once it is calm; what starting
 * left behind, soon. Returns how to stop.
 */
export function keepMemorySmall(isCalm: () => boolean): () => void {
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=20");
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  // Opened late: nothing of it is on the way to the first frame.
  let trim: (() => void) | null = null;
  let heapBefore = 0;
  let rssBefore = 0;
  let trimmedAt = 0;
  const timer = setInterval(() => {
    const { heapUsed, rss } = process.memoryUsage();
    if ((isCalm() || heapBefore === 0) && heapUsed >= heapBefore + grownBytes) {
      if (typeof collect === "function") Reflect.apply(collect, undefined, [{ type: "major", flavor: "last-resort" }]);
      heapBefore = process.memoryUsage().heapUsed;
    } else if (rss < rssBefore + moreBytes && performance.now() < trimmedAt + trimMs) return;
    trim ??= openTrim();
    trim();
    rssBefore = process.memoryUsage.rss();
    trimmedAt = performance.now();
  }, lookMs).unref();
  return () => clearInterval(timer);
}
