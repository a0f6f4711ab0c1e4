import type { LogBook } from "../services/observe/log-book.ts";
import type { View } from "../services/observe/view.ts";

/** Where the screen gets what it shows: one snapshot at a time, and word that there is a new one. */
export interface Source {
  view(): View;
  readonly logs: LogBook;
  /** Calls back when the snapshot or the logs have changed, at most ten times a second; returns how to stop that. */
  subscribe(listener: () => void): () => void;
}
