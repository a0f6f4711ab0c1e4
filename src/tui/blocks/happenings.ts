import type { HappeningView, Level, View } from "../../services/observe/view.ts";
import { clock } from "../format.ts";
import { type Line, span, type Tone } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { head } from "./block.ts";

/** The tone of a level. */
export function toneOf(level: Level): Tone {
  return level === "unknown" ? "dim" : level;
}

/** What happened, with how often where it was more than once. */
export function happened({ text, times }: HappeningView): string {
  return times === 1 ? text : `${times} times: ${text}`;
}

/** One thing that happened, on one row. */
export function happeningLine(one: HappeningView, { signs }: Pick<PaneState, "signs">): Line {
  return [span(`${clock(one.at)} `, "dim"), span(`${signs[one.level]} `, toneOf(one.level)), span(happened(one))];
}

/** The newest things that happened, the last one at the bottom. */
export function happeningsBlock(view: View, cells: number, rows: number, state: PaneState): Line[] {
  const shown = view.happenings.slice(-Math.max(1, rows - 1));
  const about = shown.length === 0 ? "nothing yet" : "";
  return [head("Events", about, cells, state), ...shown.map((one) => happeningLine(one, state))];
}
