import { pause } from "../../engine/pause.ts";
import { verbs } from "./argv.ts";
import type { Container, Inspected } from "./container.ts";
import { parseContainers, parseInspected } from "./parse.ts";
import { findContainer } from "./plan.ts";
import type { Podman } from "./podman.ts";

const quickMs = 100;
const slowMs = 1000;

/** All containers of this machine. */
export async function readContainers(podman: Podman, { signal }: { readonly signal?: AbortSignal } = {}) {
  const { stdout } = await podman.run(verbs.list(), { what: "The containers were not listed", signal });
  return parseContainers(stdout);
}

/** The containers of a stack. */
export async function readStack(podman: Podman, project: string, { signal }: { readonly signal?: AbortSignal } = {}) {
  const { stdout } = await podman.run(verbs.listProject(project), { what: "The containers were not listed", signal });
  return parseContainers(stdout);
}

/** What Podman knows about containers; those that are gone are left out. */
export async function inspect(
  podman: Podman,
  names: readonly string[],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Inspected[]> {
  if (names.length === 0) return [];
  const what = "The containers were not inspected";
  const { stdout } = await podman.run(verbs.inspect(names), { what, accept: [125], signal });
  return stdout.trim() === "" ? [] : parseInspected(stdout);
}

/** One look at the stack at a time, shared by everyone who waits for something to change. */
export interface Look {
  /** The service's container at the next look, or null. */
  next(service: string): Promise<Container | null>;
}

/** Opens a shared look at a stack: asks Podman often at first, then once a second, and only while somebody waits. */
export function openLook(podman: Podman, project: string, { signal }: { readonly signal: AbortSignal }): Look {
  let restMs = quickMs;
  let pending: Promise<Container[]> | null = null;
  const look = async () => {
    await pause(restMs, { signal });
    signal.throwIfAborted();
    restMs = Math.min(restMs * 1.2, slowMs);
    pending = null;
    return readStack(podman, project, { signal });
  };
  return {
    async next(service) {
      pending ??= look();
      return findContainer(await pending, project, service);
    },
  };
}
