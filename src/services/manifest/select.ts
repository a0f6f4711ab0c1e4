import { Failure } from "../../engine/errors.ts";
import { covers, type Tier } from "../../engine/tiers.ts";
import type { Finding } from "./finding.ts";
import { nearestWord } from "./nearest.ts";
import type { Service } from "./service.ts";

/** Which part of the stack is wanted. */
export interface Wanted {
  readonly tier: Tier;
  readonly profiles: readonly string[];
  /** Services that are wanted by name, whatever their profile and tier; with them, what they need. */
  readonly names: readonly string[];
}

/** A service that does not run, and why. */
export interface Inactive {
  readonly name: string;
  readonly why: string;
}

function unknown(kind: string, name: string, known: readonly string[], hint: string): Failure {
  const near = nearestWord(name, known);
  return new Failure("usage", {
    what: `The ${kind} ${name} was not used`,
    why: `the stack has ${known.length === 0 ? `no ${kind}s` : `${known.join(", ")}`}`,
    hint: near === null ? hint : `Did you mean ${near}?`,
  });
}

function whyNot(service: Service, { tier, profiles }: Wanted): string | null {
  const isOn = service.profiles.length === 0 || service.profiles.some((one) => profiles.includes(one));
  if (!isOn) return `profile ${service.profiles.join(" or ")} is off`;
  return covers(tier, service.tier) ? null : `it needs the tier ${service.tier}`;
}

function withNeeded(names: readonly string[], byName: ReadonlyMap<string, Service>): Set<string> {
  const all = new Set(names);
  for (const name of all) {
    for (const { service, required } of byName.get(name)?.dependsOn ?? []) if (required) all.add(service);
  }
  return all;
}

/**
 * The services that run, without dependencies on those that do not. A required dependency that does not run is reported.
 * Fails with `usage` for a profile or a service that the stack does not have.
 */
export function selectServices(
  services: readonly Service[],
  wanted: Wanted,
): { active: Service[]; inactive: Inactive[]; findings: Finding[] } {
  const byName = new Map(services.map((service) => [service.name, service]));
  const profiles = [...new Set(services.flatMap((service) => service.profiles))].toSorted();
  for (const profile of wanted.profiles) {
    if (!profiles.includes(profile)) throw unknown("profile", profile, profiles, "Type: aistack stack config");
  }
  for (const name of wanted.names) {
    if (!byName.has(name)) throw unknown("service", name, [...byName.keys()], "Type: aistack stack config");
  }
  const named = withNeeded(wanted.names, byName);
  const inactive = services.flatMap((service) => {
    const why = named.has(service.name) ? null : whyNot(service, wanted);
    return why === null ? [] : [{ name: service.name, why }];
  });
  const off = new Map(inactive.map(({ name, why }) => [name, why]));
  const findings: Finding[] = [];
  const active = services
    .filter(({ name }) => !off.has(name))
    .map((service) => {
      for (const { service: on, required } of service.dependsOn) {
        if (!required || !off.has(on)) continue;
        findings.push({
          level: "error",
          rule: "inactive",
          service: service.name,
          key: `depends_on.${on}`,
          place: null,
          message: `needs ${on}, which does not run: ${off.get(on)}`,
          hint: "Switch it on with --profile or --tier, or write required: false",
        });
      }
      return { ...service, dependsOn: service.dependsOn.filter((one) => !off.has(one.service)) };
    });
  return { active, inactive, findings: findings.filter(firstOfKind) };
}

function firstOfKind(finding: Finding, index: number, all: readonly Finding[]): boolean {
  return all.findIndex((one) => one.service === finding.service && one.key === finding.key) === index;
}
