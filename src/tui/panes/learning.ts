import type { SourceView, View } from "../../services/observe/view.ts";
import { head } from "../blocks/block.ts";
import { learningBlock, reasonsRow } from "../blocks/learning.ts";
import { pressureBlock } from "../blocks/pressure.ts";
import { sinksBlock } from "../blocks/sinks.ts";
import { clean } from "../clean.ts";
import { sourceDetails } from "../details.ts";
import { count, percent } from "../format.ts";
import { blank, type Line, line, span } from "../line.ts";
import type { Item } from "../list.ts";
import type { Pane } from "../pane.ts";
import { table } from "../parts/table.ts";
import { widthOf, wrapWords } from "../width.ts";

interface SourceItem extends Item {
  readonly source: SourceView;
}

function itemsOf(view: View): readonly SourceItem[] {
  return (view.learned?.sources ?? []).map((source) => ({ id: source.source, text: source.source, source }));
}

// Whoever opens the console on an empty home is told how to go on.
function nothingYet({ home, learned }: View, columns: number): Line[] {
  if (learned === null) return [blank];
  const words = `Nothing was written to ${home}/telemetry/*-events.jsonl yet. aistack info names every place; aistack tui --demo shows what it looks like.`;
  return wrapWords(words, columns - 2).map((text) => line(`  ${text}`, "dim"));
}

const roomOnTop = 24;

// The row on top may have no room for all of it.
function trouble({ attention, learner }: View, columns: number): Line[] {
  if (attention?.pane !== "learning") return [];
  const next = learner.state === "failed" ? ". To go on once that is mended, type :learner start" : "";
  const words = clean(attention.text) + next;
  if (next === "" && widthOf(words) <= columns - roomOnTop) return [];
  return wrapWords(words, columns - 2).map((text) => line(` ${text}`, attention.level));
}

function yieldOf({ events, lessons, duplicates }: SourceView): string {
  return events === 0 ? "–" : percent((lessons + duplicates) / events);
}

/** The learning engine: what comes in, what it keeps, how far behind each sink is, and what each source gave. */
export const learningPane: Pane = {
  name: "learning",
  title: "Learning",
  key: "3",
  keys: [
    { key: "R", command: "rotate" },
    { key: "D", command: "dataset stats" },
    { key: "B", command: "learn --rejected" },
    { key: "O", command: "proposals" },
  ],
  footer: ["open", "filter", "palette", "help"],
  items: itemsOf,
  details(view, id) {
    const source = view.learned?.sources.find((one) => one.source === id);
    return source === undefined ? "" : sourceDetails(source, view.learned?.reasons ?? {});
  },
  render(view, size, state) {
    const { signs, list } = state;
    const upper = [
      ...trouble(view, size.columns),
      ...learningBlock(view, size.columns, state, reasonsRow(view, state)),
      ...sinksBlock(view, size.columns, state),
      ...pressureBlock(view, size.columns, state),
    ];
    const shown = new Set(state.items.map(({ id }) => id));
    const items = itemsOf(view).filter(({ id }) => shown.has(id));
    const room = size.rows - upper.length - 1;
    if (room < 2) return upper;
    const word = view.learned === null ? "syncing" : items.length === 0 ? "none yet" : `${items.length}`;
    const rows = table<SourceItem>(
      [
        {
          title: "source",
          width: "rest",
          cell: ({ source }) =>
            span(
              `${source.barren ? signs.warn : signs.good} ${source.source.replace(`${view.home}/`, "")}`,
              source.barren ? "warn" : "plain",
            ),
        },
        { title: "events", width: 8, align: "right", cell: ({ source }) => span(count(source.events)) },
        { title: "lessons", width: 8, align: "right", cell: ({ source }) => span(count(source.lessons)) },
        {
          title: "known",
          width: 8,
          align: "right",
          from: 70,
          cell: ({ source }) => span(count(source.duplicates), "dim"),
        },
        { title: "rejected", width: 8, align: "right", cell: ({ source }) => span(count(source.rejected), "dim") },
        { title: "yield", width: 5, align: "right", cell: ({ source }) => span(yieldOf(source)) },
      ],
      items,
      { columns: size.columns, rows: room },
      { list, signs },
    );
    return [
      ...upper,
      head("Sources", word, size.columns, state),
      ...(items.length === 0 ? nothingYet(view, size.columns) : rows),
    ];
  },
};
