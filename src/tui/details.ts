import type { BreakerView, SourceView, View } from "../services/observe/view.ts";
import type { ServiceState } from "../services/supervisor/state.ts";
import { breakerOf, phaseWords } from "./blocks/services.ts";
import { bytes, count, cpu, percent } from "./format.ts";

type Field = readonly [name: string, value: string];

const nameCells = 16;

function textOf(fields: readonly Field[]): string {
  return fields.flatMap(([name, value]) => (value === "" ? [] : [`${name.padEnd(nameCells)}${value}`])).join("\n");
}

/** Everything known about a service. */
export function serviceDetails(view: View, service: ServiceState): string {
  const { name, breaker } = service;
  const found = breakerOf(view, service);
  const needing = view.services.list.filter(({ dependsOn }) => dependsOn.includes(name)).map((one) => one.name);
  return textOf([
    ["state", phaseWords(service)],
    ["why", service.why],
    ["wanted", service.wanted ? "yes" : "no"],
    ["health", service.health],
    ["container", service.container ?? "none"],
    ["image", service.image],
    ["started", service.startedAt ?? "–"],
    ["exit code", service.exitCode === null ? "" : String(service.exitCode)],
    ["restarts", String(service.restarts)],
    ["cpu", cpu(service.cpuPercent)],
    ["memory", `${bytes(service.memoryBytes)} of ${bytes(service.memoryLimitBytes)}`],
    ["ports", service.ports.join("  ")],
    ["waits for", service.dependsOn.join(", ")],
    ["needed by", needing.join(", ")],
    ["breaker", breaker === null ? "" : `${breaker}${found === null ? "" : ` ${found.state}`}`],
    ["to look inside", service.container === null ? "" : `podman inspect ${service.container}`],
  ]);
}

/** Everything known about a breaker. */
export function breakerDetails(breaker: BreakerView, services: readonly ServiceState[]): string {
  const before = services.filter((service) => service.breaker === breaker.name).map(({ name }) => name);
  return textOf([
    ["state", breaker.state],
    ["failures", breaker.failures === null ? "never measured" : `${breaker.failures} in a row`],
    ["next trial", breaker.retryAt ?? ""],
    ["by hand", breaker.tripped ?? ""],
    ["last error", breaker.lastError],
    ["at", breaker.lastErrorAt ?? ""],
    ["stands before", before.join(", ")],
  ]);
}

/** Everything known about a source; `sentences` are those of the reasons. */
export function sourceDetails(source: SourceView, sentences: Readonly<Record<string, string>>): string {
  const { events, lessons, duplicates, rejected } = source;
  return textOf([
    ["file", source.source],
    ["events", count(events)],
    ["lessons", count(lessons)],
    ["known before", count(duplicates)],
    ["rejected", count(rejected)],
    ["yield", events === 0 ? "–" : percent((lessons + duplicates) / events)],
    ["barren", source.barren ? "many events gave not one lesson; press B to see why" : ""],
    ...Object.entries(source.reasons)
      .filter(([, number]) => number > 0)
      .toSorted(([, a], [, b]) => b - a)
      .map(([word, number]): Field => [word, `${count(number)}  ${sentences[word] ?? ""}`]),
  ]);
}
