import { statfs } from "node:fs/promises";
import type { Emit } from "./events.ts";

/** Room beyond the bound that is needed to go on, as a share of it, so that learning does not stop and go. */
const resumeShare = 1.05;

/** Stops learning before a disk is full. States: going on ↔ stopped; only `look` changes it. */
export interface DiskGuard {
  /** Measures how much is free. */
  look(): Promise<void>;
  stopped(): boolean;
  /** Bytes free on the fuller disk when last measured; null when it could not be measured. */
  freeBytes(): number | null;
}

async function freeOn(directory: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** Opens the guard over the disks of some directories; below `minFreeBytes` on one of them learning stops. */
export function openDiskGuard(directories: readonly string[], minFreeBytes: number, emit: Emit): DiskGuard {
  const all = [...new Set(directories)];
  let stopped = false;
  let freeBytes: number | null = null;
  return {
    async look() {
      const free = (await Promise.all(all.map(freeOn))).filter((bytes) => bytes !== null);
      freeBytes = free.length === 0 ? null : Math.min(...free);
      if (freeBytes === null) return;
      const now = freeBytes < minFreeBytes * (stopped ? resumeShare : 1);
      if (now === stopped) return;
      stopped = now;
      emit({ type: "disk.changed", stopped, freeBytes, minFreeBytes });
    },
    stopped: () => stopped,
    freeBytes: () => freeBytes,
  };
}
