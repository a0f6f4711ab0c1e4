import type { Store } from "./store.ts";

/** Where a store is built beside the place it is for, until it is whole. */
export interface Target {
  /** The place it is for. */
  readonly place: string;
  /** What is at that place now, or null; only to look at. */
  standing(): Promise<Store | null>;
  /** The store that is being built; made when it is not there yet. */
  open(): Promise<Store>;
  /** Puts it in its place, after everything opened was closed; returns where what stood there went, or null. */
  adopt(): Promise<string | null>;
  /** The store in its place, to write to. */
  openAdopted(): Promise<Store>;
}

/** A time for a name: `20260102t030405678`. */
export function stampOf(at: Date): string {
  return at
    .toISOString()
    .replace(/[-:.Z]/g, "")
    .toLowerCase();
}
