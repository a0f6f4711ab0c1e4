import { type Span, span } from "../line.ts";
import type { Signs } from "../signs.ts";

/**
 * The newest values as columns of one row, scaled to `most`, or else to the largest; nothing measured leaves room,
 * nothing happened a base line.
 */
export function sparkline(values: readonly number[], cells: number, signs: Signs, most?: number): Span {
  const steps = [...signs.spark];
  const shown = values.slice(-cells);
  const top = most ?? Math.max(0, ...shown);
  const text = shown
    .map((value) => {
      const step = top <= 0 || value <= 0 ? 0 : Math.max(1, Math.round((value / top) * (steps.length - 1)));
      return steps[Math.min(step, steps.length - 1)] ?? " ";
    })
    .join("");
  return span(text.padStart(cells), shown.every((value) => value <= 0) ? "rule" : "accent");
}
