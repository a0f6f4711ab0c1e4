import { clean } from "./clean.ts";
import type { Line } from "./line.ts";
import { toAscii } from "./signs.ts";
import type { Theme } from "./theme.ts";
import { truncate, widthOf } from "./width.ts";

/** How rows become text for one terminal. */
export interface Paint {
  readonly theme: Theme;
  readonly ascii: boolean;
  /** No colours and nothing that is only drawn. */
  readonly plain: boolean;
}

const drawings = /[─│├└█░▁▂▃▄▅▆▇●▲✖○]/g;

/** A row as text of at most so many cells, with the colours of the theme; the last door before the terminal. */
export function paintLine(row: Line, cells: number, { theme, ascii, plain }: Paint): string {
  let painted = "";
  let rest = cells;
  for (const { text, tone } of row) {
    if (rest <= 0) break;
    const cleaned = plain ? clean(text).replace(drawings, "") : clean(text);
    const safe = ascii ? toAscii(cleaned) : cleaned;
    const shown = truncate(safe, rest, ascii ? "~" : "…");
    rest -= widthOf(shown);
    const codes = plain ? "" : theme[tone];
    painted += codes === "" || shown === "" ? shown : `\u001b[${codes}m${shown}\u001b[0m`;
  }
  return painted;
}
