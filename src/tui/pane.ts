import type { LogEntry, LogSource } from "../services/observe/log-book.ts";
import type { View } from "../services/observe/view.ts";
import type { KeyRow } from "./keys.ts";
import type { Line } from "./line.ts";
import type { Item } from "./list.ts";
import type { ListState, LogState } from "./screen.ts";
import type { Signs } from "./signs.ts";

/** The cells a pane may use. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What a pane is drawn from beside the view. */
export interface PaneState {
  readonly signs: Signs;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The rows that pass the filter. */
  readonly items: readonly Item[];
  readonly list: ListState;
  readonly log: LogState;
  /** The lines of the log that are not hidden. */
  readonly lines: readonly LogEntry[];
  readonly sources: readonly LogSource[];
  /** The help, made from the tables. */
  readonly help: readonly Line[];
}

/** One pane: a file of its own and a row in the pane table. */
export interface Pane {
  readonly name: string;
  readonly title: string;
  /** The key that goes there. */
  readonly key: string;
  /** Its own keys, in the order of the footer. */
  readonly keys: readonly KeyRow[];
  /** Commands of the screen that its footer names. */
  readonly footer: readonly string[];
  /** The rows a cursor can stand on; none for a pane that only scrolls or shows. */
  readonly items?: (view: View) => readonly Item[];
  /** Everything known about a row, for the details. */
  readonly details?: (view: View, id: string) => string;
  render(view: View, size: Size, state: PaneState): readonly Line[];
}
