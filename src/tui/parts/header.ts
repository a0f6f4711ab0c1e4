import type { Level, View } from "../../services/observe/view.ts";
import { recent } from "../blocks/learning.ts";
import { absentWords, wellWords } from "../blocks/services.ts";
import { bytes, rate } from "../format.ts";
import { type KeyRow, keyOf } from "../keys.ts";
import { type Line, type Span, span, type Tone } from "../line.ts";
import type { Pane } from "../pane.ts";
import type { Signs } from "../signs.ts";
import { truncate } from "../width.ts";
import { spread } from "./columns.ts";

const narrowBelow = 100;
const tones: Readonly<Record<Level, Tone>> = { good: "good", warn: "warn", bad: "alarm", unknown: "dim" };

function learningWords({ learner, rates, learned }: View): string {
  if (learner.state === "syncing" || learned === null) return "learner unknown";
  if (learner.paused !== null) return "learning paused";
  if (learner.state === "here" || learner.state === "elsewhere")
    return `learning ${rate(recent(rates.events)).padStart(7)}`;
  return "not learning";
}

function behindWords({ pressure }: View): string {
  if (pressure.backlogBytes === null) return "backlog unknown";
  return pressure.backlogBytes === 0 ? "nothing behind" : `${bytes(pressure.backlogBytes).padStart(5)} behind`;
}

function serviceWords({ services }: View, isNarrow: boolean): string {
  if (services.state === "syncing" || services.state === "failed") return "services unknown";
  if (services.state === "absent") return absentWords(services) === "need Podman" ? "no Podman" : "services unknown";
  const words = wellWords(services.list);
  return isNarrow ? words : `services: ${words}`;
}

/** Whether everything is all right, on one row. */
export function headerLine(view: View, readOnly: boolean, columns: number, signs: Signs): Line {
  const { level, text } = view.verdict;
  const isNarrow = columns < narrowBelow;
  const words = [learningWords(view), behindWords(view), serviceWords(view, isNarrow)].join(` ${signs.dot} `);
  const badges: Span[] = [
    ...(readOnly ? [span(" read-only ", "chosen"), span(" ")] : []),
    ...(view.demo === null ? [] : [span(isNarrow ? " DEMO " : " DEMONSTRATION ", "alarm"), span(" ")]),
  ];
  const start: Line = [
    span(" aistack  ", "title"),
    span(` ${signs[level]} ${text} `.padEnd(16), tones[level]),
    span(" "),
    span(words),
  ];
  return spread(start, badges, columns, signs.more);
}

/** What the tabs are drawn from. */
export interface Tabs {
  readonly panes: readonly Pane[];
  readonly shown: string;
  readonly keys: readonly KeyRow[];
  readonly columns: number;
  readonly signs: Signs;
  /** Error lines in the logs that nobody has looked at. */
  readonly unread: number;
}

/** The panes with their keys; the one shown stands out, and logs with errors not yet seen. Help has its key in every footer. */
export function tabLine({ panes, shown, keys, columns, signs, unread }: Tabs): Line {
  const tabs = (cells: number, end = " ") =>
    panes
      .filter(({ name }) => name !== "help" || name === shown)
      .flatMap(({ name, title }): Span[] => {
        const key = keyOf(keys, "", `go ${name}`);
        if (name === shown) return [span(` ${key} ${title} `, "chosen")];
        // The mark takes the place of the blank, so that nothing moves.
        const mark = name === "logs" && unread > 0 ? span(signs.bad, "bad") : span(" ");
        return [span(` ${key}`, "key"), mark, span(`${truncate(title, cells, "")}${end}`, "dim")];
      });
  const widthOfRow = (row: readonly Span[]) => row.reduce((sum, { text }) => sum + text.length, 0);
  const rows = [tabs(20), tabs(20, ""), tabs(8, ""), tabs(6), tabs(5), tabs(4)];
  return rows.find((row) => widthOfRow(row) <= columns) ?? tabs(3);
}

/** The one thing that needs a person, with the key that goes there; a quiet rule when there is none. */
export function attentionLine(view: View, keys: readonly KeyRow[], columns: number, signs: Signs): Line {
  const { attention } = view;
  if (attention === null) return [span(signs.rule.repeat(columns), "rule")];
  const key = keyOf(keys, "", "attend");
  return spread(
    [span(` ${signs[attention.level]} `, attention.level), span(attention.text, attention.level)],
    [span("  press ", "dim"), span(key, "key"), span(" to look ", "dim")],
    columns,
    signs.more,
  );
}
