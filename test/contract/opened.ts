import { afterEach } from "vitest";
import { openConfig } from "../../src/engine/config.ts";
import type { Sink, Store } from "../../src/engine/stores/store.ts";
import { type Table, tables, type Values } from "../../src/engine/stores/tables.ts";
import { openSinks } from "../../src/services/learner.ts";
import { type EmitAll, openStack, type Stack } from "../../src/services/stack.ts";

/** An empty place for a store, and what a test may do to it behind the program's back. */
export interface Place {
  readonly home: string;
  readonly settings: readonly string[];
  /** Makes the store refuse every row of a table whose column has this word in it. */
  forbid(table: string, column: string, word: string): void;
  /** Takes back what `forbid` did to a table. */
  allow(table: string): void;
  /** Damages the saved cursors of a sink: the newest copy, or the one before it too. */
  damage(sink: string, copies: "newest" | "both"): void;
}

/** A store on a place with all its sinks. */
export interface Opened {
  readonly stack: Stack;
  readonly store: Store;
  readonly sinks: readonly Sink[];
  sink(name: string): Sink;
  close(): void;
}

/** Opens stacks and stores on places; those of a test are closed after it. */
export function openPlaces() {
  const stacks: Stack[] = [];
  const { signal } = new AbortController();
  afterEach(async () => {
    for (const stack of stacks.splice(0)) await stack[Symbol.asyncDispose]();
  });
  const stackOn = (place: Place, said: Parameters<EmitAll>[0][] = []): Stack => {
    const config = openConfig({ home: place.home, set: place.settings });
    const stack = openStack(config, (event) => void said.push(event));
    stacks.push(stack);
    return stack;
  };
  const openAll = async (place: Place, said: Parameters<EmitAll>[0][] = []): Promise<Opened> => {
    const stack = stackOn(place, said);
    const store = await stack.openStore();
    const { sinks, close } = await openSinks(stack, store, { rebuildVectors: false, guards: null, signal });
    const sink = (wanted: string): Sink => {
      const found = sinks.find(({ name }) => name === wanted);
      if (!found) throw new Error(`there is no sink ${wanted}`);
      return found;
    };
    return { stack, store, sinks, sink, close };
  };
  return { stackOn, openAll };
}

/** Every row of a table, by its columns. */
export async function rowsOf(store: Store, name: string): Promise<Record<string, Values[number]>[]> {
  const table: Table | undefined = tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`there is no table ${name}`);
  const from = await store.openTables();
  const rows: Values[] = [];
  for (let after: Values | null = null; ; after = rows.at(-1) ?? null) {
    const next: readonly Values[] = await from.read(table, after, 100);
    rows.push(...next);
    if (next.length === 0) break;
  }
  return rows.map((row) => Object.fromEntries(table.columns.map(([column], at) => [column, row[at] ?? null])));
}

/** The names in a table, in order. */
export async function idsIn(store: Store, name: string): Promise<string[]> {
  return (await rowsOf(store, name)).map(({ id }) => String(id)).toSorted();
}
