import { createHash } from "node:crypto";
import { Failure } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { Store } from "./store.ts";
import { type Table, type Tables, tables, type Values } from "./tables.ts";

/** What a table holds, in one line: how many rows, and the SHA-256 of all of them in order. */
export interface TableSum {
  readonly table: string;
  readonly rows: number;
  readonly checksum: string;
}

/** How far a move is, as it is saved in the store that is being built. */
interface Mark {
  readonly from: string;
  /** Tables that are copied whole. */
  readonly done: readonly string[];
  /** The key of the last row copied of the table under way. */
  readonly after: Values | null;
  /** The checksum of everything once it is verified, else an empty string. */
  readonly verified: string;
}

const rowsAtOnce = 500;

function isKey(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function parseMark(text: string | null): Mark | null {
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return null;
  const { from, done, after, verified } = { from: "", done: [], after: null, verified: "", ...value };
  const names: unknown = done;
  const key: unknown = after;
  return {
    from: String(from),
    done: Array.isArray(names) ? names.map(String) : [],
    after: Array.isArray(key) ? key.filter(isKey) : null,
    verified: String(verified),
  };
}

/** The verified checksum that a store says it was moved with, or null. */
export async function movedWith(store: Store): Promise<string | null> {
  const mark = parseMark(await (await store.openTables()).mark());
  return mark?.verified ? mark.verified : null;
}

async function* rowsOf(
  from: Tables,
  table: Table,
  after: Values | null,
  signal: AbortSignal,
): AsyncGenerator<Values[]> {
  for (let last = after; ; ) {
    signal.throwIfAborted();
    const rows = await from.read(table, last, rowsAtOnce);
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows;
    last = end;
  }
}

function textOf(row: Values): string {
  return JSON.stringify(
    row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value)),
  );
}

/** Reads a whole table and sums it up; two tables with one sum hold the same. */
export async function sumOf(from: Tables, table: Table, signal: AbortSignal): Promise<TableSum> {
  const hash = createHash("sha256");
  let rows = 0;
  for await (const some of rowsOf(from, table, null, signal)) {
    rows += some.length;
    for (const row of some) hash.update(`${textOf(row)}\n`);
  }
  return { table: table.name, rows, checksum: hash.digest("hex") };
}

/** The sums of all tables of a store. */
export async function sumsOf(store: Store, signal: AbortSignal): Promise<TableSum[]> {
  const from = await store.openTables();
  const sums: TableSum[] = [];
  for (const table of tables) sums.push(await sumOf(from, table, signal));
  return sums;
}

/** One checksum for all tables. */
export function wholeSum(sums: readonly TableSum[]): string {
  return createHash("sha256").update(JSON.stringify(sums)).digest("hex");
}

/**
 * Copies everything from one store to another that is being built, and verifies each table by count and checksum. Goes
 * on where an earlier move of the same store ended. Fails with `corrupt` when the copy cannot be made equal.
 */
export async function moveAll(
  from: Store,
  to: Store,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<TableSum[]> {
  const [source, target] = [await from.openTables(), await to.openTables()];
  const saved = parseMark(await target.mark());
  let mark: Mark = { from: from.place, done: [], after: null, verified: "" };
  if (saved?.from === from.place) mark = { ...saved, verified: "" };
  else for (const table of tables) await target.clear(table);

  const copy = async (table: Table) => {
    const total = await source.count(table);
    let moved = mark.after === null ? 0 : await target.count(table);
    for await (const rows of rowsOf(source, table, mark.after, signal)) {
      mark = { ...mark, after: rows.at(-1)?.slice(0, table.keys) ?? null };
      await target.write(table, rows, JSON.stringify(mark));
      moved += rows.length;
      emit({ type: "store.moved", table: table.name, rows: moved, total });
    }
    mark = { ...mark, done: [...mark.done, table.name], after: null };
  };

  for (const table of tables) if (!mark.done.includes(table.name)) await copy(table);
  const sums: TableSum[] = [];
  for (const table of tables) {
    const wanted = await sumOf(source, table, signal);
    let found = await sumOf(target, table, signal);
    if (found.checksum !== wanted.checksum) {
      // What was copied by an earlier move may have changed since: this table is copied anew.
      await target.clear(table);
      mark = { ...mark, done: mark.done.filter((name) => name !== table.name), after: null };
      await copy(table);
      found = await sumOf(target, table, signal);
    }
    if (found.rows !== wanted.rows || found.checksum !== wanted.checksum) {
      throw new Failure("corrupt", {
        what: "The store was not moved",
        why: `the table ${table.name} has ${wanted.rows} rows (${wanted.checksum.slice(0, 12)}), its copy ${found.rows} (${found.checksum.slice(0, 12)})`,
        hint: "Nothing was switched; see that nobody else writes to it, and type the same again",
      });
    }
    emit({ type: "store.verified", table: table.name, rows: found.rows });
    sums.push(found);
  }
  await target.finish(JSON.stringify({ ...mark, verified: wholeSum(sums) }));
  return sums;
}
