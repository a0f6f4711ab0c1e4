import { type Line, type Span, span } from "../line.ts";
import type { Item } from "../list.ts";
import { settle } from "../list.ts";
import type { PaneState, Size } from "../pane.ts";
import { pad } from "../width.ts";
import { fill } from "./columns.ts";

/** One column of a table. */
export interface Column<T> {
  readonly title: string;
  /** Cells, or `rest` for what is left over. */
  readonly width: number | "rest";
  readonly align?: "left" | "right";
  /** The table's width from which it is shown. */
  readonly from?: number;
  readonly cell: (row: T) => Span;
}

function widths<T>(columns: readonly Column<T>[], total: number): number[] {
  const fixed = columns.reduce((sum, { width }) => sum + (width === "rest" ? 0 : width) + 1, 1);
  const rests = columns.filter(({ width }) => width === "rest").length;
  const rest = Math.max(4, Math.floor((total - fixed) / Math.max(1, rests)));
  return columns.map(({ width }) => (width === "rest" ? rest : width));
}

/** A table with a head, the cursor's row standing out, marks in front, and as many rows as fit. */
export function table<T extends Item>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  size: Size,
  { list, signs }: Pick<PaneState, "list" | "signs">,
): Line[] {
  const shown = columns.filter(({ from }) => from === undefined || size.columns >= from);
  const cells = widths(shown, size.columns - 1);
  const height = Math.max(1, size.rows - 1);
  const { at, top } = settle(list, rows, height);
  const head: Line = [
    span("  "),
    ...shown.map(({ title, align }, index) => span(`${pad(title, cells[index] ?? 0, signs.more, align)} `, "dim")),
  ];
  const body = rows.slice(top, top + height).map((row, index): Line => {
    const isChosen = top + index === at;
    const front = list.marks.has(row.id) ? signs.mark : isChosen ? signs.cursor : " ";
    const line: Line = [
      span(`${front} `, "accent"),
      ...shown.flatMap(({ cell, align }, place): Span[] => {
        const { text, tone } = cell(row);
        return [span(`${pad(text, cells[place] ?? 0, signs.more, align)} `, tone)];
      }),
    ];
    return isChosen ? fill(line, size.columns, signs.more).map(({ text }) => span(text, "chosen")) : line;
  });
  return [head, ...body];
}
