import type { Stack } from "./stack.ts";

/** One argument of an action. */
export interface Argument {
  readonly name: string;
  readonly type: "string" | "number" | "boolean" | "list";
  readonly sentence: string;
  /** One letter that may be written instead of its name. */
  readonly letter?: string;
  /** Whether it stands without a flag. */
  readonly positional?: boolean;
  readonly required?: boolean;
  readonly choices?: readonly string[];
  readonly fallback?: string | number | boolean;
}

/** The arguments as they were given, by name. */
export interface Given {
  text(name: string): string | null;
  number(name: string): number | null;
  flag(name: string): boolean;
  list(name: string): readonly string[];
}

/** What an action gives back: plain data, printed as tables or as JSON. */
export type Plain = { readonly [key: string]: unknown };

/** What an action is run with beside its arguments. */
export interface ActionOptions {
  readonly signal: AbortSignal;
  /** What is piped in, as it comes; not read before somebody asks for it. None where nothing can be piped in. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** Whether something is piped in that was not read. */
  readonly inputWaits?: () => boolean;
}

/** One thing the user can do: the CLI, the keys of the terminal and the dashboard are all made from these. */
export interface Action {
  readonly name: string;
  readonly sentence: string;
  readonly args: readonly Argument[];
  /** Whether it only looks. */
  readonly reads: boolean;
  /** Whether it takes the terminal over; its result's `exitCode` is then the program's. */
  readonly handsOver?: boolean;
  /** Whether words behind `--` are for it, such as a command in a container; for any other they are a mistake. */
  readonly takesRest?: boolean;
  /** Whether it mends the configuration, and so works on one that is wrong. */
  readonly mends?: boolean;
  /** How to come back from it, said where the terminal is handed over. */
  readonly leaving?: string;
  /** Whether its result says that something is wrong; the program then ends with 1. */
  readonly isBad?: (result: Plain) => boolean;
  /** Whether it prints data of its own, so that with --json its result or failure is said on standard error. */
  readonly printsData?: (given: Given) => boolean;
  /** Whether it runs until it is asked to end, so that being asked is its normal end. */
  readonly endless?: boolean;
  /** What its help says below the arguments. */
  readonly more?: string;
  run(stack: Stack, given: Given, options: ActionOptions): Promise<Plain> | AsyncIterable<string, Plain | undefined>;
}
