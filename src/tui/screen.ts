import type { ThemeName } from "./theme.ts";

/** Where the user stands in a list. */
export interface ListState {
  /** The row's id, so that the cursor stays on it when rows move. */
  readonly id: string;
  readonly at: number;
  readonly top: number;
  readonly filter: string;
  readonly marks: ReadonlySet<string>;
}

/** How much log the user wants to see, and where they stand in it. */
export interface LogState {
  /** The service that keys like mute act on; empty for all. */
  readonly source: string;
  readonly muted: ReadonlySet<string>;
  /** The only services that are heard, whatever others come; none for all that are not muted. */
  readonly alone: readonly string[];
  readonly filter: string;
  readonly search: string;
  readonly level: "debug" | "info" | "warn" | "error";
  /** The number of the line at the bottom; null follows the newest. */
  readonly bottom: number | null;
  /** The line that search found last. */
  readonly hit: number | null;
  readonly wrap: boolean;
  readonly times: boolean;
  readonly raw: boolean;
  readonly sinceMinutes: number;
  readonly marks: readonly number[];
  /** Lines up to this number were cleared away. */
  readonly from: number;
}

/** What the user is typing into the bottom row. */
export interface Prompt {
  readonly kind: "command" | "filter" | "search" | "input";
  readonly text: string;
  readonly at: number;
  /** What was there before, for esc. */
  readonly before: string;
  /** The row of the list above that is chosen; -1 is the text itself. */
  readonly chosen: number;
  /** How far back in the history. */
  readonly back: number;
  /** The custom command that asks, and the inputs it has so far. */
  readonly asks: {
    readonly command: string;
    readonly name: string;
    readonly given: Readonly<Record<string, string>>;
  } | null;
}

/** A question or a text over the pane. */
export type Dialog =
  | { readonly kind: "confirm"; readonly title: string; readonly losing: string; readonly line: string }
  | { readonly kind: "quit"; readonly title: string; readonly losing: string }
  | { readonly kind: "text"; readonly title: string; readonly text: string; readonly top: number };

/** A short word to the user in the bottom row. */
export interface Message {
  readonly text: string;
  readonly level: "good" | "warn" | "bad" | "unknown";
}

/** Everything the user has chosen; what there is to see comes from the view. */
export interface Screen {
  readonly pane: string;
  readonly lists: Readonly<Record<string, ListState>>;
  readonly log: LogState;
  readonly prompt: Prompt | null;
  readonly dialog: Dialog | null;
  readonly message: Message | null;
  readonly theme: ThemeName;
  readonly history: readonly string[];
  /** The commands that were asked for and have not ended. */
  readonly running: readonly string[];
}

/** A list nobody has touched yet. */
export const freshList: ListState = { id: "", at: 0, top: 0, filter: "", marks: new Set() };

/** The log as it is first shown. */
export const freshLog: LogState = {
  source: "",
  muted: new Set(),
  alone: [],
  filter: "",
  search: "",
  level: "debug",
  bottom: null,
  hit: null,
  wrap: false,
  times: true,
  raw: false,
  sinceMinutes: 0,
  marks: [],
  from: 0,
};

/** The screen as it opens. */
export function freshScreen(pane: string, theme: ThemeName): Screen {
  return {
    pane,
    lists: {},
    log: freshLog,
    prompt: null,
    dialog: null,
    message: null,
    theme,
    history: [],
    running: [],
  };
}

/** The list of a pane. */
export function listOf(screen: Screen, pane: string): ListState {
  return screen.lists[pane] ?? freshList;
}

/** The screen with another state of one list. */
export function withList(screen: Screen, pane: string, by: Partial<ListState>): Screen {
  return { ...screen, lists: { ...screen.lists, [pane]: { ...listOf(screen, pane), ...by } } };
}
