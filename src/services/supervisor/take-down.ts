import type { Service } from "../manifest/service.ts";
import { limitOf } from "./apply.ts";
import { verbs } from "./argv.ts";
import type { Container } from "./container.ts";
import { readStack } from "./look.ts";
import { labels, scopedName } from "./names.ts";
import { findContainer } from "./plan.ts";
import { removeContainer } from "./remove.ts";
import type { Stage } from "./stage.ts";

/** Does something to services so that whatever needs a service is done with before it; fails with the first failure. */
export async function eachDependentFirst(
  services: readonly Service[],
  work: (service: Service) => Promise<void>,
): Promise<void> {
  const tasks = new Map<string, Promise<void>>();
  const taskOf = (service: Service): Promise<void> => {
    const known = tasks.get(service.name);
    if (known !== undefined) return known;
    const dependents = services.filter(({ dependsOn }) => dependsOn.some((one) => one.service === service.name));
    const task = Promise.allSettled(dependents.map(taskOf)).then(() => work(service));
    tasks.set(service.name, task);
    return task;
  };
  const results = await Promise.allSettled(services.map(taskOf));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** What `down` takes away, and what it leaves. */
export interface DownPlan {
  readonly services: readonly Service[];
  readonly containers: readonly Container[];
  readonly orphans: readonly Container[];
  readonly networks: readonly string[];
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
}

/** What belongs to a stack in Podman, by its labels. */
export async function planDown(
  { podman, manifest }: Stage,
  { signal }: { readonly signal: AbortSignal },
): Promise<DownPlan> {
  const { project } = manifest;
  const names = async (kind: "network" | "volume" | "secret") => {
    const argv = [kind, "ls", "--format", "{{.Name}}"];
    const { stdout } = await podman.run(argv, { what: `Podman's ${kind}s were not listed`, signal });
    return stdout.split("\n").filter((name) => name.startsWith(scopedName(project, "")));
  };
  const [containers, networks, volumes, secrets] = await Promise.all([
    readStack(podman, project, { signal }),
    names("network"),
    names("volume"),
    names("secret"),
  ]);
  const services = manifest.services.filter(({ name }) => findContainer(containers, project, name) !== null);
  const known = new Set(services.map(({ name }) => name));
  const orphans = containers.filter((one) => !known.has(one.labels[labels.service] ?? ""));
  return { services, containers, orphans, networks, secrets, volumes };
}

/** The podman commands of `down`, in an order in which they could be typed. */
export function downArgv(plan: DownPlan, volumes: boolean, project: string): (readonly string[])[] {
  const graceOf = (container: Container) =>
    plan.services.find(({ name }) => name === container.labels[labels.service])?.stopGraceMs ?? 10_000;
  const own = plan.services.toReversed().flatMap(({ name }) => findContainer(plan.containers, project, name) ?? []);
  return [
    ...[...plan.orphans, ...own].map((one) => verbs.remove(one.name, graceOf(one))),
    ...plan.networks.map(verbs.networkRemove),
    ...plan.secrets.map(verbs.secretRemove),
    ...(volumes && plan.volumes.length > 0 ? [verbs.volumeRemove(plan.volumes)] : []),
  ];
}

/** Takes a stack away: containers with those that need others first, then networks and secrets; volumes when asked. */
export async function takeDown(stage: Stage, plan: DownPlan, volumes: boolean): Promise<void> {
  const { podman, manifest, say } = stage;
  const remove = async (container: Container | null, service: Service | null) => {
    if (container === null) return;
    const graceMs = service?.stopGraceMs ?? 10_000;
    say({ type: "stack.step", service: service?.name ?? container.name, step: "remove", why: "down" });
    await removeContainer(podman, container.name, graceMs, {
      what: `The container ${container.name} was not removed`,
      timeoutMs: stage.changeTimeoutMs + graceMs,
    });
  };
  await Promise.all(plan.orphans.map((one) => remove(one, null)));
  await eachDependentFirst(plan.services, (service) =>
    remove(findContainer(plan.containers, manifest.project, service.name), service),
  );
  const timeoutMs = stage.changeTimeoutMs;
  for (const name of plan.networks) {
    await podman.run(verbs.networkRemove(name), { what: `The network ${name} was not removed`, timeoutMs });
  }
  for (const name of plan.secrets) {
    await podman.run(verbs.secretRemove(name), { what: `The secret ${name} was not removed`, timeoutMs });
  }
  if (volumes && plan.volumes.length > 0) {
    await podman.run(verbs.volumeRemove(plan.volumes), { what: "The volumes were not removed", timeoutMs });
  }
}

/** Stops services, those that need others first. */
export async function stopServices(stage: Stage, services: readonly Service[], containers: readonly Container[]) {
  await eachDependentFirst(services, async (service) => {
    const container = findContainer(containers, stage.manifest.project, service.name);
    if (container === null || (container.state !== "running" && container.state !== "paused")) return;
    stage.say({ type: "stack.step", service: service.name, step: "stop", why: "" });
    if (container.state === "paused") {
      const what = `The service ${service.name} was not stopped: it is paused`;
      await stage.podman.run(verbs.unpause(container.name), { what, timeoutMs: stage.changeTimeoutMs });
    }
    await stage.podman.run(verbs.stop(container.name, service.stopGraceMs), {
      what: `The service ${service.name} was not stopped`,
      timeoutMs: limitOf(stage, service),
    });
  });
}
