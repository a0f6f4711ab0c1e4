import type { BreakerView, View } from "../../services/observe/view.ts";
import type { ServiceState } from "../../services/supervisor/state.ts";
import { clean } from "../clean.ts";
import { age, bytes } from "../format.ts";
import { type Line, line, type Span, span, type Tone } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { sparkline } from "../parts/sparkline.ts";
import type { Signs } from "../signs.ts";
import { pad, widthOf, wrapWords } from "../width.ts";
import { head } from "./block.ts";
import { breakerLook } from "./breakers.ts";

const usageFrom = 48;
const graphsFrom = 68;
const graph = 6;
const beforeGraphs = 44;
const steady: ReadonlySet<string> = new Set(["running", "completed"]);
const down: ReadonlySet<string> = new Set(["failed", "crash loop"]);
const away: ReadonlySet<string> = new Set(["absent", "created", "stopped", "unknown"]);

/** How a service looks: green only where it runs and nothing says it is unwell. */
export function serviceLook({ phase, health }: ServiceState): { tone: Tone; sign: "good" | "warn" | "bad" | "idle" } {
  if (down.has(phase) || health === "unhealthy") return { tone: "bad", sign: "bad" };
  if (away.has(phase)) return { tone: "dim", sign: "idle" };
  const well = steady.has(phase) && (health === "healthy" || health === "none");
  return well ? { tone: "good", sign: "good" } : { tone: "warn", sign: "warn" };
}

/** The state in a word, with the health where there is a check. */
export function phaseWords({ phase, health }: ServiceState): string {
  return phase === "running" && health !== "none" ? health : phase;
}

/** How many of the services that are meant to run are well. */
export function wellWords(list: readonly ServiceState[]): string {
  const meant = list.filter(({ wanted, phase }) => wanted || !away.has(phase));
  const well = meant.filter((service) => serviceLook(service).sign === "good").length;
  return meant.length === 0 ? "none up" : `${well} of ${meant.length} well`;
}

/** The breaker before a service; null where it has none or nobody knows of it yet. */
export function breakerOf({ breakers }: View, service: ServiceState): BreakerView | null {
  return breakers?.find(({ name }) => name === service.breaker) ?? null;
}

/** What there is to say of a service beside its state: why it waits or failed, and a breaker that lets nothing through. */
export function noteOf(service: ServiceState, breaker: BreakerView | null): Span {
  const isOpen = breaker?.state === "open" || breaker?.state === "half-open";
  const words = [service.why, isOpen ? `breaker ${breaker.state}` : ""].filter((word) => word !== "").join("; ");
  const { tone } = serviceLook(service);
  return span(words, tone !== "good" ? tone : isOpen ? breakerLook(breaker).tone : "dim");
}

// What needs less than a tenth of a processor stays low, so that no noise looks like work.
const leastCpuPercent = 10;

/** What a service used lately: its processor time beside its own most, its memory beside its limit. */
export function usageGraphs({ services }: View, service: ServiceState, cells: number, signs: Signs): [Span, Span] {
  const { cpuPercent, memoryBytes } = services.usage[service.name] ?? { cpuPercent: [], memoryBytes: [] };
  return [
    sparkline(cpuPercent, cells, signs, Math.max(leastCpuPercent, ...cpuPercent)),
    sparkline(memoryBytes, cells, signs, service.memoryLimitBytes ?? undefined),
  ];
}

function usageSpans({ cpuPercent, memoryBytes }: ServiceState, signs: PaneState["signs"]): Span[] {
  const cpu = cpuPercent === null ? "–" : `${Math.round(cpuPercent)}%`;
  return [span(pad(cpu, 6, signs.more, "right")), span(pad(bytes(memoryBytes), 7, signs.more, "right"))];
}

/** What there is to say where the services were not seen: that they need Podman, or that they may well run. */
export function absentWords({ list }: View["services"]): string {
  if (list.length === 0) return "not read";
  return list.some(({ wanted }) => wanted) ? "not seen" : "need Podman";
}

/** Why there are no services to see; no row where that is not so. */
export function whyLines({ services: { why } }: View, cells: number): Line[] {
  return why === "" ? [] : wrapWords(clean(why), cells - 2).map((text) => line(`  ${text}`, "dim"));
}

/** The error lines of a service that nobody has looked at, in at most four cells; empty for none. */
export function unreadBadge({ name }: ServiceState, { sources, signs }: Pick<PaneState, "sources" | "signs">): string {
  const unread = sources.find((source) => source.name === name)?.unread ?? 0;
  return unread === 0 ? "" : `${signs.bad}${unread > 99 ? "99+" : unread}`;
}

function urgency(service: ServiceState): number {
  return ["bad", "warn", "good", "idle"].indexOf(serviceLook(service).sign);
}

/** The services as far as there is room; why there are none where Podman cannot be asked. */
export function servicesBlock(view: View, cells: number, rows: number, state: PaneState): Line[] {
  const { signs, now } = state;
  const { services } = view;
  const states = {
    live: wellWords(services.list),
    absent: absentWords(services),
    failed: "unknown",
    syncing: "syncing",
  };
  const about = states[services.state];
  const why = whyLines(view, cells);
  const room = Math.max(1, rows - 1);
  // Where there is no room for all, those that need a look are the last to be left out.
  const isWhole = services.list.length <= room;
  const list = isWhole ? services.list : services.list.toSorted((a, b) => urgency(a) - urgency(b));
  const body = list.map((service): Line => {
    const { tone, sign } = serviceLook(service);
    const note = noteOf(service, breakerOf(view, service));
    const [cpu, memory] = usageGraphs(view, service, graph, signs);
    const besides = cells - beforeGraphs - 2 * graph - 3;
    const hasGraphs = cells >= graphsFrom && besides >= (note.text === "" ? 0 : widthOf(note.text) + 2);
    const unread = unreadBadge(service, state);
    const restarts = service.restarts === 0 ? "" : `  ${service.restarts} restart${service.restarts === 1 ? "" : "s"}`;
    return [
      span(`${signs[sign]} `, tone),
      span(pad(service.name, 14, signs.more)),
      span(pad(phaseWords(service), 11, signs.more), tone === "good" ? "plain" : tone),
      span(pad(age(service.startedAt, now), 4, signs.more, "right"), "dim"),
      ...(cells < usageFrom ? [] : usageSpans(service, signs)),
      ...(hasGraphs ? [span("  "), cpu, span(" "), memory] : []),
      ...(note.text === "" ? [] : [span("  "), note]),
      span(unread === "" ? "" : `  ${unread}`, "bad"),
      span(restarts, "dim"),
    ];
  });
  const hidden = body.length - room + 1;
  const cut =
    body.length > room
      ? [...body.slice(0, room - 1), [span(`  and ${hidden} more`, "dim")]]
      : [...body, ...why].slice(0, room);
  const tier = services.tier === null ? "" : ` · tier ${services.tier}`;
  return [head("Services", `${about}${tier}`, cells, state), ...cut];
}
