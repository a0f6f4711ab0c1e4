import { parsePattern } from "./pattern.ts";
import type { ListState } from "./screen.ts";

/** One row a cursor can stand on. */
export interface Item {
  readonly id: string;
  /** What a filter looks at and what is copied. */
  readonly text: string;
}

/** The rows that pass the filter. */
export function filtered<T extends Item>(items: readonly T[], filter: string): readonly T[] {
  const pattern = parsePattern(filter);
  return pattern === null ? items : items.filter(({ text }) => pattern.matches(text));
}

/** The list with its cursor on a row that is there, and that row in sight. */
export function settle(list: ListState, items: readonly Item[], height: number): ListState {
  const found = list.id === "" ? -1 : items.findIndex(({ id }) => id === list.id);
  const at = Math.max(0, Math.min(found >= 0 ? found : list.at, items.length - 1));
  const most = Math.max(0, items.length - height);
  const top = Math.max(0, Math.min(list.top, at, most), Math.min(at - height + 1, most));
  const id = items[at]?.id ?? "";
  return at === list.at && top === list.top && id === list.id ? list : { ...list, at, top, id };
}

/** The list after one of the commands that move in it. */
export function move(list: ListState, command: string, items: readonly Item[], height: number): ListState {
  const now = settle(list, items, height);
  const page = Math.max(1, height - 1);
  const steps: Readonly<Record<string, number>> = {
    "row up": now.at - 1,
    "row down": now.at + 1,
    "page up": now.at - page,
    "page down": now.at + page,
    first: 0,
    last: items.length - 1,
  };
  const at = Math.max(0, Math.min(steps[command] ?? now.at, items.length - 1));
  return settle({ ...now, at, id: items[at]?.id ?? "" }, items, height);
}

/** The list with the mark of its row set or taken away, one row further down. */
export function mark(list: ListState, items: readonly Item[], height: number): ListState {
  const { id } = settle(list, items, height);
  if (id === "") return list;
  const marks = new Set(list.marks);
  if (!marks.delete(id)) marks.add(id);
  return move({ ...list, marks }, "row down", items, height);
}

/** What a command acts on: the marked rows that are in sight, or else the row under the cursor. */
export function targets(list: ListState, items: readonly Item[], height: number): readonly string[] {
  const marked = items.filter(({ id }) => list.marks.has(id)).map(({ id }) => id);
  if (marked.length > 0) return marked;
  const { id } = settle(list, items, height);
  return id === "" ? [] : [id];
}
