import type { View } from "../../services/observe/view.ts";
import { age, count, percent, rate } from "../format.ts";
import { type Line, span } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { gauge } from "../parts/gauge.ts";
import { sparkline } from "../parts/sparkline.ts";
import { head, row } from "./block.ts";

const rateSeconds = 5;

/** The mean of the newest seconds; null before the first. */
export function recent(values: readonly number[]): number | null {
  const newest = values.slice(-rateSeconds);
  return newest.length === 0 ? null : newest.reduce((sum, value) => sum + value, 0) / newest.length;
}

/** Who learns, in a few words. */
export function learnerWords({ learner }: View): string {
  const words: Readonly<Record<View["learner"]["state"], string>> = {
    syncing: "syncing",
    here: "in this console",
    elsewhere: `process ${learner.pid ?? "?"}: ${learner.command}`,
    stopped: "stopped",
    failed: "stopped with an error",
  };
  return words[learner.state];
}

/** What the reasons mean, the most frequent first; nothing where nothing was rejected. */
export function reasonsRow({ learned }: View, state: PaneState): Line[] {
  const said = Object.entries(learned?.rejected ?? {})
    .filter(([, number]) => number > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason]) => `${reason}: ${learned?.reasons[reason] ?? ""}`);
  return said.length === 0 ? [] : [row("because", "", [span(said.join("  "), "dim")], state)];
}

/** What was learned, with its pace; `more` stands below what was rejected. */
export function learningBlock(view: View, cells: number, state: PaneState, more: readonly Line[] = []): Line[] {
  const { learned, rates, sinks } = view;
  const { signs } = state;
  const spark = Math.max(0, Math.min(40, cells - 22 - 10));
  const rejected = learned === null ? null : Object.values(learned.rejected).reduce((sum, one) => sum + one, 0);
  const reasons = Object.entries(learned?.rejected ?? {})
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, number]) => `${reason} ${count(number)}`)
    .join(", ");
  const newest = sinks
    .flatMap(({ checkpointAt }) => (checkpointAt === null ? [] : [checkpointAt]))
    .toSorted()
    .at(-1);
  const ready = learned === null ? null : learned.pairs / learned.readyPairs;
  const pace = (values: readonly number[]): Line => [
    span(rate(recent(values)).padStart(8), "plain"),
    span("  "),
    sparkline(values, spark, signs),
  ];
  return [
    head("Learning", learnerWords(view), cells, state),
    row("events", count(learned?.events ?? null), pace(rates.events), state),
    row("lessons", count(learned?.lessons ?? null), pace(rates.lessons), state),
    row("duplicates", count(learned?.duplicates ?? null), [], state),
    row("rejected", count(rejected), [span(reasons, "dim")], state),
    ...more,
    row(
      "dataset",
      count(learned?.pairs ?? null),
      [
        ...gauge(ready, 10, signs, "good"),
        span(` ${ready !== null && ready >= 1 ? "ready" : percent(ready)}`, "dim"),
        span(learned === null ? "" : ` of ${count(learned.readyPairs)}`, "dim"),
      ],
      state,
    ),
    row(
      "checkpoint",
      newest === undefined ? "–" : age(newest, state.now),
      [span(newest === undefined ? "none yet" : "ago", "dim")],
      state,
    ),
  ];
}
