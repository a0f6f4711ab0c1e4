import type { Report } from "./finding.ts";
import { nearestWord } from "./nearest.ts";
import { entry, type MapNode } from "./node.ts";
import type { Dependency, Service } from "./service.ts";
import type { TopLevel } from "./top-level.ts";

function wrong(file: MapNode, service: string, key: readonly string[], message: string, hint: string) {
  const place = entry(file, "services", service, ...key)?.place ?? entry(file, "services", service)?.place ?? null;
  return { level: "error" as const, rule: "reference", service, key: key.join("."), place, message, hint };
}

// Each service waits for the readiness its dependency shows, not just for what was asked.
function completed(dependency: Dependency, on: Service | undefined): Dependency[] {
  if (on === undefined || dependency.condition === "completed") return [dependency];
  const signs = [
    ...(on.logReady === null ? [] : [{ ...dependency, condition: "log" as const }]),
    ...(on.portReady === null ? [] : [{ ...dependency, condition: "port" as const }]),
  ];
  return dependency.condition === "healthy" && on.healthcheck !== null
    ? [dependency, ...signs]
    : signs.length > 0
      ? signs
      : [dependency];
}

/** Gives every dependency the signs of readiness that what it depends on defines. */
export function completeDependencies(services: readonly Service[]): Service[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  return services.map((service) => ({
    ...service,
    dependsOn: service.dependsOn.flatMap((one) => completed(one, byName.get(one.service))),
  }));
}

/** The first ring of services that wait for each other, from its first service back to it; null when there is none. */
export function findCycle(services: readonly Pick<Service, "name" | "dependsOn">[]): string[] | null {
  const edges = new Map(services.map(({ name, dependsOn }) => [name, dependsOn.map(({ service }) => service)]));
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): string[] | null => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return null;
    for (const next of edges.get(name) ?? []) {
      const ring = visit(next, [...way, name]);
      if (ring !== null) return ring;
    }
    done.add(name);
    return null;
  };
  for (const { name } of services) {
    const ring = visit(name, []);
    if (ring !== null) return ring;
  }
  return null;
}

/** Reports what services name and nobody defines, and a ring of dependencies. */
export function checkReferences(file: MapNode, services: readonly Service[], top: TopLevel, report: Report): void {
  const names = services.map(({ name }) => name);
  const defined = {
    networks: [...top.networks, "default"],
    volumes: top.volumes,
    secrets: Object.keys(top.secretSources),
  };
  for (const service of services) {
    const missing = (key: readonly string[], kind: string, name: string, known: readonly string[], hint: string) => {
      if (known.includes(name)) return;
      const near = nearestWord(name, known);
      const message = `names the ${kind} ${name}, which is not defined`;
      report(wrong(file, service.name, key, message, near === null ? hint : `Did you mean ${near}?`));
    };
    for (const { service: on } of service.dependsOn) {
      missing(["depends_on", on], "service", on, names, `Define ${on} under services:, or remove it here`);
    }
    for (const network of service.networks) {
      missing(["networks", network], "network", network, defined.networks, `Write ${network}: under networks:`);
    }
    for (const { type, source } of service.mounts) {
      if (type !== "volume") continue;
      missing(["volumes"], "volume", source, defined.volumes, `Write ${source}: under volumes:`);
    }
    for (const { source } of service.secrets) {
      missing(["secrets"], "secret", source, defined.secrets, `Define ${source} under secrets:`);
    }
  }
  const ring = findCycle(services);
  if (ring === null) return;
  const [first = "", next = ""] = ring;
  const message = `is in a ring of services that wait for each other: ${ring.join(" → ")}`;
  report(wrong(file, first, ["depends_on", next], message, "Remove one of these dependencies"));
}
