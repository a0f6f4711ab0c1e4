import { createHash } from "node:crypto";
import type { Service } from "../manifest/service.ts";

/** What does not change a container: how it is waited for, which tier runs it, who guards it. */
const outside = new Set(["dependsOn", "profiles", "tier", "breaker", "logReady", "portReady", "build"]);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

/** The hash of everything that makes a service's container; two services with the same hash need no new container. */
export function configHash(service: Service): string {
  const inside = Object.entries(service).filter(([name]) => !outside.has(name));
  return createHash("sha256")
    .update(JSON.stringify(sorted(Object.fromEntries(inside))))
    .digest("hex")
    .slice(0, 16);
}
