import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import type { Manifest, Service } from "../../../src/services/manifest/service.ts";
import { openPodman, type Podman } from "../../../src/services/supervisor/podman.ts";
import type { StackEvent } from "../../../src/services/supervisor/said.ts";
import type { Stage } from "../../../src/services/supervisor/stage.ts";
import { openBox, podman } from "./own-podman.ts";

/** A stack of its own name whose containers, networks, volumes and secrets are gone after the test. */
export function stackOf(...services: Service[]): Manifest {
  const project = `t${randomBytes(4).toString("hex")}`;
  onTestFinished(() => sweep(project));
  return {
    project,
    services,
    networks: [...new Set(services.flatMap(({ networks }) => networks))],
    volumes: [],
    secrets: [...new Set(services.flatMap(({ secrets }) => secrets.map(({ source }) => source)))],
    secretSources: {},
    files: [],
    directories: [],
  };
}

/** Removes everything that belongs to a stack. */
export function sweep(project: string): void {
  const names = (...args: string[]) =>
    podman(...args)
      .stdout.split("\n")
      .filter(Boolean);
  const label = `label=aistack.project=${project}`;
  const containers = names("ps", "--all", "--quiet", "--filter", label);
  if (containers.length > 0) podman("rm", "--force", "--time", "0", ...containers);
  for (const kind of ["network", "volume", "secret"]) {
    const own = names(kind, "ls", "--format", "{{.Name}}").filter((name) => name.startsWith(`${project}_`));
    if (own.length > 0) podman(kind, "rm", ...own);
  }
}

/** The stage of a stack on the tests' own Podman, and what was said on it. */
export function stageOf(
  manifest: Manifest,
  over: Partial<Stage> = {},
): Stage & { readonly said: StackEvent[]; readonly podman: Podman } {
  const said: StackEvent[] = [];
  const door = openPodman({
    command: "podman",
    environment: openBox().environment,
    timeoutMs: 20_000,
    parallel: 4,
  });
  return {
    podman: door,
    manifest,
    say: (event) => void said.push(event),
    timers: false,
    root: process.getuid?.() === 0,
    local: true,
    changeTimeoutMs: 60_000,
    unhealthyGraceMs: 2000,
    parallel: 4,
    said,
    ...over,
  };
}
