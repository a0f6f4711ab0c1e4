import type { View } from "../services/observe/view.ts";
import type { Facts } from "./facts.ts";
import { blank, type Line, line, span } from "./line.ts";
import type { Size } from "./pane.ts";
import { paneNamed, panes } from "./pane-table.ts";
import { hintLine, messageLines, promptLine } from "./parts/footer.ts";
import { attentionLine, headerLine, tabLine } from "./parts/header.ts";
import { dialogLines, paletteLines } from "./parts/overlay.ts";
import { patternWords } from "./pattern.ts";
import { listOf, type Screen } from "./screen.ts";
import type { Signs } from "./signs.ts";
import { wrapWords } from "./width.ts";

const least: Size = { columns: 80, rows: 24 };
const rowsAround = 4;

/** The cells of a pane on a terminal of this size. */
export function paneSize({ columns, rows }: Size): Size {
  return { columns, rows: Math.max(1, rows - rowsAround) };
}

/** Whether a terminal has room for the screen. */
export function fits({ columns, rows }: Size): boolean {
  return columns >= least.columns && rows >= least.rows;
}

function tooSmall(view: View, { columns, rows }: Size, signs: Signs): Line[] {
  const said: Line[] = [
    ...wrapWords(`This terminal is ${columns} by ${rows}; ${least.columns} by ${least.rows} are needed.`, columns).map(
      (text) => line(text, "warn"),
    ),
    ...wrapWords("Make it larger, or type: aistack status", columns).map((text) => line(text, "dim")),
  ];
  // What to do about it is worth more than how things are.
  const lines = said.length < rows ? [headerLine(view, false, columns, signs), ...said] : said;
  return Array.from({ length: rows }, (_, at) => lines[at] ?? blank);
}

function unreadOf({ sources }: Facts): number {
  return sources.reduce((sum, { unread }) => sum + unread, 0);
}

/** The whole screen as exactly so many rows; `help` is only asked for when it is shown. */
export function frame(
  screen: Screen,
  facts: Facts,
  { size, signs, now, help }: { size: Size; signs: Signs; now: number; help: readonly Line[] },
): Line[] {
  const { view, keys, readOnly } = facts;
  if (!fits(size)) return tooSmall(view, size, signs);
  const pane = paneNamed(screen.pane);
  const room = paneSize(size);
  const body = pane.render(view, room, {
    signs,
    now,
    items: facts.items,
    list: listOf(screen, pane.name),
    log: screen.log,
    lines: facts.lines,
    sources: facts.sources,
    help,
  });
  const rows = Array.from({ length: room.rows }, (_, at): Line => body[at] ?? blank);
  const { prompt, dialog, message, running } = screen;
  const over =
    dialog !== null
      ? dialogLines(dialog, room, { keys, signs })
      : prompt?.kind === "command"
        ? paletteLines(screen, prompt, facts, size.columns, signs)
        : [];
  const said = prompt === null && message !== null ? messageLines(message, size.columns, signs) : [];
  if (said.length > 1) rows.splice(1 - said.length, said.length - 1, ...said.slice(0, -1));
  if (over.length > 0) rows.splice(Math.max(0, rows.length - over.length), over.length, ...over.slice(0, room.rows));
  const { filter, marks } = listOf(screen, pane.name);
  const about = [
    ...(running.length === 0 ? [] : [`${running[0]}${running.length > 1 ? ` and ${running.length - 1} more` : ""} …`]),
    ...(filter === "" ? [] : [`filter ${patternWords(filter)}`]),
    ...(marks.size === 0 ? [] : [`${marks.size} marked`]),
  ].join(", ");
  const bottom =
    prompt !== null
      ? promptLine(prompt, size.columns)
      : said.length > 0
        ? (said.at(-1) ?? blank)
        : about !== ""
          ? [span(` ${about}   `, "warn"), ...hintLine(pane, facts, size.columns - about.length - 4)]
          : hintLine(pane, facts, size.columns);
  return [
    headerLine(view, readOnly, size.columns, signs),
    tabLine({ panes, shown: pane.name, keys, columns: size.columns, signs, unread: unreadOf(facts) }),
    attentionLine(view, keys, size.columns, signs),
    ...rows,
    bottom,
  ];
}
