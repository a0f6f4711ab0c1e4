import { clean } from "./clean.ts";
import type { Size } from "./pane.ts";
import type { Dialog } from "./screen.ts";
import { widthOf, wrapWords } from "./width.ts";

const indent = 4;
const around = 3;

/** The cells of a row of a text that is shown over the pane. */
export function dialogCells({ columns }: Pick<Size, "columns">): number {
  return Math.max(1, columns - indent);
}

/** The rows of a text that is shown over the pane, long lines in several. */
export function dialogRows({ text }: Extract<Dialog, { kind: "text" }>, size: Pick<Size, "columns">): string[] {
  const cells = dialogCells(size);
  return text.split("\n").flatMap((one) => {
    const line = clean(one);
    return widthOf(line) <= cells ? [line] : wrapWords(line, cells);
  });
}

/** How many of them are in sight. */
export function dialogRoom({ rows }: Pick<Size, "rows">): number {
  return Math.max(1, rows - around);
}
