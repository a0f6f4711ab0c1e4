import { clean } from "../clean.ts";
import type { Line } from "../line.ts";
import { blank, span, textOf } from "../line.ts";
import { truncate, widthOf } from "../width.ts";

/** A row cut or padded to exactly so many cells. */
export function fill(row: Line, cells: number, more: string): Line {
  const spans: { text: string; tone: Line[number]["tone"] }[] = [];
  let rest = cells;
  for (const { text, tone } of row) {
    const shown = truncate(clean(text), rest, more);
    if (shown === "") continue;
    spans.push({ text: shown, tone });
    rest -= widthOf(shown);
  }
  if (rest > 0) spans.push(span(" ".repeat(rest)));
  return spans;
}

/** Blocks of rows side by side, each in its width, with a gap between. */
export function beside(
  blocks: readonly { readonly rows: readonly Line[]; readonly width: number }[],
  { gap, more }: { readonly gap: number; readonly more: string },
): Line[] {
  const height = Math.max(0, ...blocks.map(({ rows }) => rows.length));
  return Array.from({ length: height }, (_, at) =>
    blocks.flatMap(({ rows, width }, index) => [
      ...fill(rows[at] ?? blank, width, more),
      ...(index < blocks.length - 1 ? [span(" ".repeat(gap))] : []),
    ]),
  );
}

/** The row with its end at the right edge. */
export function spread(start: Line, end: Line, cells: number, more: string): Line {
  const width = widthOf(textOf(end));
  return [...fill(start, Math.max(0, cells - width), more), ...end];
}
