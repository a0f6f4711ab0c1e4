import { type Line, span } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { pad, truncate, widthOf } from "../width.ts";

/** The head of a block: its name, a word about it, and a rule to the edge. */
export function head(title: string, about: string, cells: number, { signs }: Pick<PaneState, "signs">): Line {
  const shown = truncate(about, Math.max(0, cells - widthOf(title) - 4), signs.more);
  const used = widthOf(title) + 1 + (shown === "" ? 0 : widthOf(shown) + 1);
  const start = [span(title, "title"), span(" ")];
  const rule = span(signs.rule.repeat(Math.max(0, cells - used)), "rule");
  return shown === "" ? [...start, rule] : [...start, span(shown, "dim"), span(" "), rule];
}

/** A name and its value, the value to the right in a column of its own, then what belongs to it. */
export function row(name: string, value: string, rest: Line, { signs }: Pick<PaneState, "signs">): Line {
  return [span(pad(name, 12, signs.more), "dim"), span(pad(value, 8, signs.more, "right")), span("  "), ...rest];
}
