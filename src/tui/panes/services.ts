import type { View } from "../../services/observe/view.ts";
import type { ServiceState } from "../../services/supervisor/state.ts";
import { breakerLook } from "../blocks/breakers.ts";
import { breakerOf, noteOf, phaseWords, serviceLook, unreadBadge, usageGraphs, whyLines } from "../blocks/services.ts";
import { serviceDetails } from "../details.ts";
import { age, bytes, cpu } from "../format.ts";
import { blank, type Span, span } from "../line.ts";
import type { Item } from "../list.ts";
import type { Pane } from "../pane.ts";
import { table } from "../parts/table.ts";
import type { Signs } from "../signs.ts";

const breakerFrom = 120;
const graphsFrom = 140;
const graph = 10;

interface ServiceItem extends Item {
  readonly service: ServiceState;
}

function itemsOf(view: View): readonly ServiceItem[] {
  return view.services.list.map((service) => ({
    id: service.name,
    text: `${service.name} ${phaseWords(service)} ${service.image} ${service.ports.join(" ")} ${service.why}`,
    service,
  }));
}

/** A published port in few words: this machine and TCP go without saying. */
export function portWords(port: string): string {
  const [, host = "", inside = ""] = /^127\.0\.0\.1:(\d+)->(\d+)\/tcp$/.exec(port) ?? [];
  if (host === "") return port;
  return host === inside ? host : `${host}->${inside}`;
}

function breakerSpan(view: View, service: ServiceState, signs: Signs): Span {
  if (service.breaker === null) return span("");
  const breaker = breakerOf(view, service);
  if (breaker === null) return span("–", "dim");
  const { tone, sign } = breakerLook(breaker);
  return span(`${signs[sign]} ${breaker.state}`, tone);
}

/** The containers of the stack, or why there are none to see. */
export const servicesPane: Pane = {
  name: "services",
  title: "Services",
  key: "2",
  keys: [
    { key: "s", command: "up {name}" },
    { key: "x", command: "stop {name}" },
    { key: "r", command: "restart {name}" },
    { key: "l", command: "logs of {name}" },
    { key: "e", command: "exec {name} -- sh" },
    { key: "a", command: "attach {name}" },
    { key: "p", command: "psql {name}" },
    { key: "i", command: "redis-cli {name}" },
  ],
  footer: ["open", "mark", "filter", "palette", "help"],
  items: itemsOf,
  details(view, id) {
    const service = view.services.list.find(({ name }) => name === id);
    return service === undefined ? "" : serviceDetails(view, service);
  },
  render(view, size, state) {
    const { services } = view;
    const { signs, now, list } = state;
    const graphsOf = (service: ServiceState) => usageGraphs(view, service, graph, signs);
    const shown = new Set(state.items.map(({ id }) => id));
    const items = itemsOf(view).filter(({ id }) => shown.has(id));
    const why = whyLines(view, size.columns);
    if (services.list.length === 0) {
      const word = services.state === "syncing" ? "asking Podman" : "no services";
      return [blank, [span(`  ${word}`, "title")], ...why];
    }
    const rows = table<ServiceItem>(
      [
        {
          title: "service",
          width: 18,
          cell: ({ service }) => span(`${signs[serviceLook(service).sign]} ${service.name}`, serviceLook(service).tone),
        },
        {
          title: "state",
          width: 11,
          cell: ({ service }) =>
            span(phaseWords(service), serviceLook(service).sign === "good" ? "plain" : serviceLook(service).tone),
        },
        {
          title: "err",
          width: 4,
          align: "right",
          cell: ({ service }) => span(unreadBadge(service, state), "bad"),
        },
        { title: "age", width: 4, align: "right", cell: ({ service }) => span(age(service.startedAt, now), "dim") },
        { title: "cpu", width: 6, align: "right", cell: ({ service }) => span(cpu(service.cpuPercent)) },
        { title: "", width: graph, from: graphsFrom, cell: ({ service }) => graphsOf(service)[0] },
        { title: "memory", width: 6, align: "right", cell: ({ service }) => span(bytes(service.memoryBytes)) },
        { title: "", width: graph, from: graphsFrom, cell: ({ service }) => graphsOf(service)[1] },
        {
          title: "of",
          width: 5,
          align: "right",
          from: 90,
          cell: ({ service }) => span(bytes(service.memoryLimitBytes), "dim"),
        },
        {
          title: "restarts",
          width: 8,
          align: "right",
          from: 90,
          cell: ({ service }) => span(String(service.restarts), service.restarts > 0 ? "warn" : "dim"),
        },
        { title: "breaker", width: 11, from: breakerFrom, cell: ({ service }) => breakerSpan(view, service, signs) },
        {
          title: "ports",
          width: 18,
          from: 110,
          cell: ({ service }) => span(service.ports.map(portWords).join(" "), "dim"),
        },
        {
          title: "about",
          width: "rest",
          cell({ service }) {
            const note = noteOf(service, size.columns < breakerFrom ? breakerOf(view, service) : null);
            return note.text === "" ? span(service.image, "dim") : note;
          },
        },
      ],
      items,
      { columns: size.columns, rows: size.rows - why.length },
      { list, signs },
    );
    return [...rows, ...why];
  },
};
