import type { Run } from "../lazily.ts";
import type { Stack } from "../stack.ts";
import { readStack } from "../supervisor/look.ts";
import { labels } from "../supervisor/names.ts";
import { checkNames } from "../supervisor/order.ts";
import { readStates } from "../supervisor/states.ts";
import { readWanted } from "../supervisor/wanted.ts";
import { openStage, podmanOf } from "./open-stage.ts";

/** What the services do, in a few words a service; null where no stack was brought up from this home. One podman call. */
export async function readServices({ config, onRun }: Stack, { signal }: { readonly signal: AbortSignal }) {
  const wanted = readWanted(config.home);
  if (wanted === null) return null;
  const containers = await readStack(podmanOf(config, onRun), wanted.project, { signal });
  return Object.entries(wanted.services).map(([name, isWanted]) => {
    const own = containers.find((one) => one.labels[labels.service] === name);
    return { service: name, wanted: isWanted, state: own?.state ?? "absent", health: own?.health ?? "none" };
  });
}

/** `aistack ps`. */
export const runPs: Run = async (stack, given, { signal }) => {
  const stage = await openStage(stack, given, given.list("service"));
  const { manifest, podman, loaded } = stage;
  checkNames(manifest, given.list("service"));
  const containers = await readStack(podman, manifest.project, { signal });
  const names = given.list("service");
  const services = names.length === 0 ? manifest.services : manifest.services.filter((one) => names.includes(one.name));
  const known = new Set(manifest.services.map(({ name }) => name));
  const orphans = containers.filter((one) => !known.has(one.labels[labels.service] ?? "")).map(({ name }) => name);
  const states = readStates(stack.config.home, { services, project: manifest.project }, containers);
  if (given.flag("json")) return { project: manifest.project, tier: loaded.tier, services: states, orphans };
  return {
    project: manifest.project,
    tier: loaded.tier,
    services: states.map(({ name, phase, health, startedAt, exitCode, restarts, ports, why }) => ({
      service: name,
      phase,
      health,
      started: startedAt,
      exit: exitCode,
      restarts,
      ports: ports.join(" "),
      why,
    })),
    ...(orphans.length === 0 ? {} : { orphans }),
  };
};
