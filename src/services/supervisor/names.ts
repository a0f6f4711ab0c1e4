import type { Manifest } from "../manifest/service.ts";

/** The labels by which containers, networks and volumes are known as ours. */
export const labels = {
  project: "aistack.project",
  service: "aistack.service",
  hash: "aistack.hash",
} as const;

/** The name of a service's container. */
export function containerName(project: string, service: string): string {
  return `${project}-${service}`;
}

/** The name under which Podman keeps a network, a volume or a secret of the stack. */
export function scopedName(project: string, name: string): string {
  return `${project}_${name}`;
}

/** The secrets that Podman has already under their own names. */
export function externalSecrets({ secretSources }: Pick<Manifest, "secretSources">): Set<string> {
  return new Set(Object.keys(secretSources).filter((name) => secretSources[name]?.kind === "external"));
}
