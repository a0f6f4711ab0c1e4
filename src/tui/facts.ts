import type { LogEntry, LogSource } from "../services/observe/log-book.ts";
import type { View } from "../services/observe/view.ts";
import type { ScreenCommand } from "./command-table.ts";
import type { KeyRow } from "./keys.ts";
import type { Item } from "./list.ts";
import type { Size } from "./pane.ts";

/** One action of the program, as the screen needs to know it. */
export interface ActionRow {
  readonly name: string;
  readonly sentence: string;
  /** How its words go on, such as `<key> [value]`. */
  readonly usage: string;
  readonly reads: boolean;
  /** What is lost when it runs; empty when nothing is. */
  readonly losing: string;
  /** What is lost instead when it is given a flag, and the flag that says yes to that. */
  readonly losingBy?: readonly { readonly flag: string; readonly losing: string; readonly yes: string }[] | undefined;
  /** What is lost when it is given no name and so means all. */
  readonly losingAll?: string | undefined;
  /** What its first words name, so that they can be offered. */
  readonly names?: "service" | "breaker" | undefined;
  /** Whether it takes several names at once. */
  readonly takesMany: boolean;
  /** Whether it cannot run without another word. */
  readonly needsWord: boolean;
}

/** A command of the user's own, from the configuration. */
export interface CustomCommand {
  readonly name: string;
  readonly sentence: string;
  readonly run: readonly string[];
  readonly key?: string | undefined;
  readonly scope?: string | undefined;
  readonly confirm?: string | undefined;
  readonly dangerous?: boolean | undefined;
  readonly inputs?: readonly string[] | undefined;
}

/** What a key press is judged by: what is shown, and what there is to do. */
export interface Facts {
  readonly view: View;
  /** The cells of the pane. */
  readonly size: Size;
  /** The rows of the pane that pass its filter. */
  readonly items: readonly Item[];
  /** The lines of the log that are not hidden. */
  readonly lines: readonly LogEntry[];
  readonly sources: readonly LogSource[];
  readonly newestLine: number;
  readonly helpRows: number;
  /** What the help is narrowed to. */
  readonly helpFilter?: string | undefined;
  readonly keys: readonly KeyRow[];
  readonly commands: readonly ScreenCommand[];
  readonly actions: readonly ActionRow[];
  readonly custom: readonly CustomCommand[];
  readonly readOnly: boolean;
}

/** Something the screen cannot do by itself, asked of whoever opened it. */
export type Deed =
  | { readonly do: "quit" }
  | { readonly do: "run"; readonly line: string; readonly then?: readonly string[] | undefined }
  | { readonly do: "copy"; readonly text: string }
  | { readonly do: "save"; readonly text: string }
  | { readonly do: "page"; readonly text: string }
  | { readonly do: "suspend" }
  | { readonly do: "redraw" };
