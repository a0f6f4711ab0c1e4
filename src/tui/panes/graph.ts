import type { View } from "../../services/observe/view.ts";
import type { ServiceState } from "../../services/supervisor/state.ts";
import { phaseWords, serviceLook } from "../blocks/services.ts";
import { serviceDetails } from "../details.ts";
import { clock, took } from "../format.ts";
import { blank, type Line, line, span } from "../line.ts";
import type { Item } from "../list.ts";
import { settle } from "../list.ts";
import type { Pane } from "../pane.ts";
import { fill } from "../parts/columns.ts";
import { pad } from "../width.ts";

const readyFrom = 100;

interface Node extends Item {
  readonly service: ServiceState;
  readonly depth: number;
}

// A service stands below the first one it waits for; what waits for several is drawn once and names the others.
function nodesOf(view: View): readonly Node[] {
  const { list } = view.services;
  const known = new Set(list.map(({ name }) => name));
  const nodes: Node[] = [];
  const drawn = new Set<string>();
  const draw = (service: ServiceState, depth: number) => {
    if (drawn.has(service.name)) return;
    drawn.add(service.name);
    nodes.push({ id: service.name, text: `${service.name} ${service.dependsOn.join(" ")}`, service, depth });
    for (const next of list) if (next.dependsOn.find((name) => known.has(name)) === service.name) draw(next, depth + 1);
  };
  for (const service of list) if (!service.dependsOn.some((name) => known.has(name))) draw(service, 0);
  // A ring of dependencies has no root.
  for (const service of list) draw(service, 0);
  return nodes;
}

function firstStart(view: View): number | null {
  const starts = view.services.list.flatMap(({ startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]));
  return starts.length === 0 ? null : Math.min(...starts);
}

/** Who waits for whom, when each came up after the first one, and how long it took to be ready. */
export const graphPane: Pane = {
  name: "graph",
  title: "Graph",
  key: "7",
  keys: [],
  footer: ["open", "filter", "palette", "help"],
  items: nodesOf,
  details(view, id) {
    const service = view.services.list.find(({ name }) => name === id);
    return service === undefined ? "" : serviceDetails(view, service);
  },
  render(view, size, state) {
    const { signs, list } = state;
    const shown = new Set(state.items.map(({ id }) => id));
    const nodes = nodesOf(view).filter(({ id }) => shown.has(id));
    if (nodes.length === 0) return [blank, line("  no services to draw", "dim"), line(`  ${view.services.why}`, "dim")];
    const first = firstStart(view);
    const height = Math.max(1, size.rows - 1);
    const { at, top } = settle(list, nodes, height);
    const rows = nodes.slice(top, top + height).map(({ service, depth }, index): Line => {
      const { tone, sign } = serviceLook(service);
      const started = service.startedAt === null || first === null ? null : Date.parse(service.startedAt) - first;
      const others = service.dependsOn.slice(1);
      const row: Line = [
        span(top + index === at ? `${signs.cursor} ` : "  ", "accent"),
        span(depth === 0 ? "" : `${"   ".repeat(depth - 1)}${signs.last} `, "rule"),
        span(`${signs[sign]} `, tone),
        span(pad(service.name, Math.max(8, 28 - depth * 3), signs.more)),
        span(pad(phaseWords(service), 12, signs.more), tone === "good" ? "plain" : tone),
        span(pad(clock(service.startedAt), 10, signs.more), "dim"),
        span(pad(started === null ? "–" : `+${took(started)}`, 9, signs.more, "right")),
        span(
          size.columns < readyFrom ? "" : pad(took(view.readyAfterMs[service.name] ?? null), 10, signs.more, "right"),
        ),
        span(others.length === 0 ? "" : `  also waits for ${others.join(", ")}`, "dim"),
      ];
      return top + index === at ? fill(row, size.columns, signs.more).map(({ text }) => span(text, "chosen")) : row;
    });
    const title = `  ${pad("service", 30, "")}${pad("state", 12, "")}${pad("started", 10, "")}${pad("after first", 11, "", "right")}${size.columns < readyFrom ? "" : "  ready in"}`;
    return [line(title, "dim"), ...rows];
  },
};
