import { clean } from "../clean.ts";
import { count } from "../format.ts";
import { blank, type Line, line, span } from "../line.ts";
import { litPattern, logRows } from "../log-line.ts";
import { bottomOf, isMuted } from "../log-select.ts";
import type { Pane, PaneState, Size } from "../pane.ts";
import { patternWords } from "../pattern.ts";
import { widthOf } from "../width.ts";

function sourceBar({ columns }: Size, { sources, log, signs }: PaneState): Line {
  const all = log.source === "" ? span(" all ", "chosen") : span(" all ", "dim");
  const row: Line[] = sources.map(({ name, lines, dropped, unread }) => {
    const muted = isMuted(log, name);
    const title = ` ${clean(name)} `;
    const tone = log.source === name ? "chosen" : muted ? "dim" : "plain";
    return [
      span(title, tone),
      span(muted ? "muted" : count(lines), "dim"),
      span(unread > 0 ? ` ${signs.bad}${count(unread)}` : "", "bad"),
      span(dropped > 0 ? ` -${count(dropped)}` : "", "warn"),
      span(" "),
    ];
  });
  // The chosen service is always in sight.
  const chosen = sources.findIndex(({ name }) => name === log.source);
  const width = (one: Line) => one.reduce((sum, { text }) => sum + widthOf(text), 0);
  let first = 0;
  while (first < chosen && row.slice(first, chosen + 1).reduce((sum, one) => sum + width(one), 6) > columns) first++;
  return [all, ...row.slice(first).flat()];
}

function stateBar(shown: number, { log, signs, sources }: PaneState): Line {
  const dropped = sources.reduce((sum, one) => sum + one.dropped, 0);
  const words = [
    log.bottom === null ? "following" : "held; End follows",
    `level ${log.level}`,
    ...(log.alone.length === 0 ? [] : [`only ${log.alone.map(clean).join(", ")}`]),
    ...(log.sinceMinutes > 0 ? [`last ${log.sinceMinutes}m`] : []),
    ...(log.filter === "" ? [] : [`filter ${patternWords(log.filter)}`]),
    ...(log.search === "" ? [] : [`search ${patternWords(log.search)}`]),
    ...(log.wrap ? ["wrap"] : []),
    ...(log.raw ? ["raw"] : []),
    `${count(shown)} lines`,
    // Said here too, as not every service may have room above.
    ...(dropped > 0 ? [`${count(dropped)} dropped`] : []),
  ];
  return [span(` ${words.join(` ${signs.dot} `)}`, log.bottom === null ? "dim" : "warn")];
}

/** The logs of every service, merged in the order they came. */
export const logsPane: Pane = {
  name: "logs",
  title: "Logs",
  key: "5",
  keys: [],
  footer: ["log search", "filter", "log source", "log mute", "log only", "log level", "open", "log since"],
  render(_view, size, state) {
    const { lines, log, signs } = state;
    const room = Math.max(1, size.rows - 2);
    const bars = [sourceBar(size, state), stateBar(lines.length, state)];
    if (lines.length === 0) return [...bars, blank, line("  no lines to show", "dim")];
    const rows: Line[] = [];
    const marks = new Set(log.marks);
    const find = litPattern(log);
    let after = Number.POSITIVE_INFINITY;
    for (let at = bottomOf(lines, log); at >= 0 && rows.length < room; at--) {
      const entry = lines[at];
      if (entry === undefined) continue;
      for (const mark of marks) {
        if (mark < entry.id || mark >= after) continue;
        rows.unshift([span(signs.rule.repeat(size.columns), "accent")]);
        marks.delete(mark);
      }
      after = entry.id;
      rows.unshift(...logRows(entry, log, find, { cells: size.columns, signs }));
    }
    return [...bars, ...rows.slice(-room)];
  },
};
