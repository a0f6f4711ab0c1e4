import { Failure } from "../../engine/errors.ts";
import type { Manifest, Service } from "../manifest/service.ts";

function failOnCycle(services: ReadonlyMap<string, Service>): void {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]) => {
    if (done.has(name)) return;
    const at = path.indexOf(name);
    if (at !== -1) {
      throw new Failure("config", {
        what: "Nothing was started",
        why: `services wait for each other in a circle: ${[...path.slice(at), name].join(" → ")}`,
        hint: "Take one of these out of its depends_on",
      });
    }
    for (const { service } of services.get(name)?.dependsOn ?? []) visit(service, [...path, name]);
    done.add(name);
  };
  for (const name of services.keys()) visit(name, []);
}

/** Fails with `usage` when a name is no service of the stack, before anything is done. */
export function checkNames(manifest: Manifest, names: readonly string[]): void {
  const known = manifest.services.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Failure("usage", {
    what: "Nothing was done",
    why: `there is no service ${unknown.join(", ")} in the stack`,
    hint: `The services are: ${known.join(", ")}`,
  });
}

/**
 * The services to work on, dependencies first: all of them, or the named ones and what they need.
 * Fails with `usage` for a name that does not exist and with `config` for a circle or a dependency that is not there.
 */
export function inOrder(manifest: Manifest, names: readonly string[]): Service[] {
  checkNames(manifest, names);
  const services = new Map(manifest.services.map((service) => [service.name, service]));
  for (const { name, dependsOn } of manifest.services) {
    const missing = dependsOn.find(({ service, required }) => required && !services.has(service));
    if (missing === undefined) continue;
    throw new Failure("config", {
      what: "Nothing was started",
      why: `${name} needs ${missing.service}, which is not part of the stack here`,
      hint: "Look at the profile and the tier. Type: aistack stack config",
    });
  }
  failOnCycle(services);
  const ordered = new Set<Service>();
  const add = (name: string) => {
    const service = services.get(name);
    if (service === undefined || ordered.has(service)) return;
    for (const dependency of service.dependsOn) add(dependency.service);
    ordered.add(service);
  };
  for (const name of names.length > 0 ? names : services.keys()) add(name);
  return [...ordered];
}

/** The services with those that depend on others first, for stopping. */
export function inReverse(manifest: Manifest, names: readonly string[]): Service[] {
  const wanted = new Set(names.length > 0 ? names : manifest.services.map(({ name }) => name));
  return inOrder(manifest, [])
    .filter(({ name }) => wanted.has(name))
    .toReversed();
}
