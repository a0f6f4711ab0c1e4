import type { HappeningView, Level, View } from "../../services/observe/view.ts";
import { clock } from "../format.ts";
import { type Line, span, type Tone } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { head } from "./block.ts";

/** The tone of a level. */
export function toneOf(level: Level): Tone {
  return level === "unknown" ? "dim" : level;
}

/** One thing that happened, on one row. */
export function happeningLine({ at, level, text }: HappeningView, { signs }: Pick<PaneState, "signs">): Line {
  return [span(`${clock(at)} `, "dim"), span(`${signs[level]} `, toneOf(level)), span(text)];
}

/** The newest things that happened, the last one at the bottom. */
export function happeningsBlock(view: View, cells: number, rows: number, state: PaneState): Line[] {
  const shown = view.happenings.slice(-Math.max(1, rows - 1));
  const about = shown.length === 0 ? "nothing yet" : "";
  return [head("Events", about, cells, state), ...shown.map((one) => happeningLine(one, state))];
}
