import type { SourceTaken } from "./listed.ts";
import type { Taken } from "./store.ts";

/** Counts what a sink of rows does with a batch, by the file that each lesson comes from. */
export interface TakenCounts {
  readonly bySource: ReadonlyMap<string, Readonly<SourceTaken>>;
  /** A lesson that was added, or was there already. */
  add(file: string, isFresh: boolean): void;
  /** A lesson that is not added because it was withdrawn. */
  pass(file: string): void;
  /** A lesson that was there and is removed. */
  remove(file: string): void;
  done(): Taken;
}

/** Starts counting. */
export function openTaken(): TakenCounts {
  const bySource = new Map<string, SourceTaken>();
  const sum = { fresh: 0, duplicates: 0, removed: 0 };
  const of = (file: string) => {
    const known = bySource.get(file) ?? { fresh: 0, duplicates: 0, withdrawn: 0, removed: 0 };
    bySource.set(file, known);
    return known;
  };
  return {
    bySource,
    add(file, isFresh) {
      const word = isFresh ? "fresh" : "duplicates";
      of(file)[word]++;
      sum[word]++;
    },
    pass(file) {
      of(file).withdrawn++;
    },
    remove(file) {
      of(file).removed++;
      sum.removed++;
    },
    done: () => ({ ...sum, bySource }),
  };
}
