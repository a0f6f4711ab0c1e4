import { bytes } from "../format.ts";
import { type Line, span, type Tone } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { gauge } from "../parts/gauge.ts";
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

/** What waits somewhere, against the bound at which intake pauses. */
export interface Backlog {
  readonly name: string;
  /** Of the name; the rest of the row has tones of its own. */
  readonly tone: Tone;
  readonly level: "good" | "warn" | "unknown";
  readonly bytes: number | null;
  readonly pauseBytes: number;
  readonly barTone: Tone;
}

/** A backlog as a row whose bar begins and ends where those of all others do, then what belongs to it. */
export function backlogRow(backlog: Backlog, rest: Line, cells: number, { signs }: Pick<PaneState, "signs">): Line {
  const bar = Math.max(6, Math.min(24, cells - 42));
  const share = backlog.bytes === null ? null : backlog.bytes / backlog.pauseBytes;
  return [
    span(`${signs[backlog.level]} `, backlog.level === "unknown" ? "dim" : backlog.level),
    span(pad(backlog.name, 15, signs.more), backlog.tone),
    span(pad(bytes(backlog.bytes), 6, signs.more, "right")),
    span(" "),
    ...gauge(share, bar, signs, backlog.barTone),
    ...rest,
  ];
}
