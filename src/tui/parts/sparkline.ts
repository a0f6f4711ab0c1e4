import { type Span, span } from "../line.ts";
import type { Signs } from "../signs.ts";

/** The newest values as columns of one row, scaled to the largest; nothing measured leaves room, nothing happened a base line. */
export function sparkline(values: readonly number[], cells: number, signs: Signs): Span {
  const steps = [...signs.spark];
  const shown = values.slice(-cells);
  const most = Math.max(0, ...shown);
  const text = shown
    .map((value) => {
      const step = most === 0 || value <= 0 ? 0 : Math.max(1, Math.round((value / most) * (steps.length - 1)));
      return steps[step] ?? " ";
    })
    .join("");
  return span(text.padStart(cells), most === 0 ? "rule" : "accent");
}
