import type { BreakerView, View } from "../../services/observe/view.ts";
import { breakerLook, retryWords } from "../blocks/breakers.ts";
import { breakerDetails } from "../details.ts";
import { age } from "../format.ts";
import { blank, line, span } from "../line.ts";
import type { Item } from "../list.ts";
import type { Pane } from "../pane.ts";
import { table } from "../parts/table.ts";

interface BreakerItem extends Item {
  readonly breaker: BreakerView;
}

function itemsOf(view: View): readonly BreakerItem[] {
  return (view.breakers ?? []).map((breaker) => ({
    id: breaker.name,
    text: `${breaker.name} ${breaker.state} ${breaker.lastError}`,
    breaker,
  }));
}

/** The breakers of everything the stack depends on. */
export const breakersPane: Pane = {
  name: "breakers",
  title: "Breakers",
  key: "4",
  keys: [
    { key: "t", command: "breakers trip {name}" },
    { key: "r", command: "breakers reset {name}" },
  ],
  footer: ["open", "mark", "filter", "palette", "help"],
  items: itemsOf,
  details(view, id) {
    const breaker = view.breakers?.find(({ name }) => name === id);
    return breaker === undefined ? "" : breakerDetails(breaker, view.services.list);
  },
  render(view, size, state) {
    const { signs, now, list } = state;
    const shown = new Set(state.items.map(({ id }) => id));
    const items = itemsOf(view).filter(({ id }) => shown.has(id));
    if (view.breakers === null) return [blank, line("  syncing", "dim")];
    return table<BreakerItem>(
      [
        {
          title: "breaker",
          width: 16,
          cell: ({ breaker }) => span(`${signs[breakerLook(breaker).sign]} ${breaker.name}`, breakerLook(breaker).tone),
        },
        { title: "state", width: 10, cell: ({ breaker }) => span(breaker.state, breakerLook(breaker).tone) },
        {
          title: "failures",
          width: 8,
          align: "right",
          cell: ({ breaker: { failures } }) =>
            span(failures === null ? "–" : String(failures), (failures ?? 0) > 0 ? "warn" : "dim"),
        },
        { title: "next trial", width: 24, cell: ({ breaker }) => span(retryWords(breaker, now)) },
        { title: "ago", width: 4, align: "right", cell: ({ breaker }) => span(age(breaker.lastErrorAt, now), "dim") },
        { title: "last error", width: "rest", cell: ({ breaker }) => span(breaker.lastError, "dim") },
      ],
      items,
      size,
      { list, signs },
    );
  },
};
