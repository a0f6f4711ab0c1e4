import type { HappeningView, View } from "../../services/observe/view.ts";
import { happened, toneOf } from "../blocks/happenings.ts";
import { clock } from "../format.ts";
import { blank, line, span } from "../line.ts";
import type { Item } from "../list.ts";
import type { Pane } from "../pane.ts";
import { table } from "../parts/table.ts";

interface HappeningItem extends Item {
  readonly happening: HappeningView;
}

function itemsOf(view: View): readonly HappeningItem[] {
  return view.happenings
    .map((happening) => ({
      id: String(happening.id),
      text: `${clock(happening.at)} ${happening.type} ${happening.text}`,
      happening,
    }))
    .toReversed();
}

/** Everything that happened since the console opened, the newest first. */
export const eventsPane: Pane = {
  name: "events",
  title: "Events",
  key: "6",
  keys: [],
  footer: ["open", "filter", "copy", "palette", "help"],
  items: itemsOf,
  details(view, id) {
    const one = view.happenings.find((happening) => String(happening.id) === id);
    return one === undefined ? "" : `${one.at}  ${one.type}\n\n${one.text}`;
  },
  render(view, size, state) {
    const shown = new Set(state.items.map(({ id }) => id));
    const items = itemsOf(view).filter(({ id }) => shown.has(id));
    if (items.length === 0) return [blank, line("  nothing has happened yet", "dim")];
    return table<HappeningItem>(
      [
        { title: "time", width: 8, cell: ({ happening }) => span(clock(happening.at), "dim") },
        {
          title: "event",
          width: 20,
          cell: ({ happening }) => span(`${state.signs[happening.level]} ${happening.type}`, toneOf(happening.level)),
        },
        {
          title: "what happened",
          width: "rest",
          cell: ({ happening }) => span(happened(happening)),
        },
      ],
      items,
      size,
      state,
    );
  },
};
