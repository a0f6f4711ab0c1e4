import { Failure } from "../../engine/errors.ts";
import type { Given, Plain } from "../action.ts";
import type { Run } from "../lazily.ts";
import type { Service } from "../manifest/service.ts";
import type { Stack } from "../stack.ts";
import { limitOf } from "../supervisor/apply.ts";
import { verbs } from "../supervisor/argv.ts";
import { bringUp, dryRun, type UpRequest } from "../supervisor/bring-up.ts";
import { readStack } from "../supervisor/look.ts";
import { containerName } from "../supervisor/names.ts";
import { inOrder, inReverse } from "../supervisor/order.ts";
import { findContainer } from "../supervisor/plan.ts";
import { lockStack } from "../supervisor/stack-lock.ts";
import { stopServices } from "../supervisor/take-down.ts";
import { readWanted, stoppedOnes, wish } from "../supervisor/wanted.ts";
import { type OpenedStage, openStage, printCommands } from "./open-stage.ts";
import { remember } from "./up.ts";

const request: UpRequest = { names: [], wait: false, build: "never", pull: "never", secrets: () => null };

function chosen({ manifest }: OpenedStage, given: Given): Service[] {
  return inReverse(manifest, given.list("service"));
}

function stopArgv(stage: OpenedStage, services: readonly Service[]) {
  return services.map(({ name, stopGraceMs }) => verbs.stop(containerName(stage.manifest.project, name), stopGraceMs));
}

async function locked<T>(stack: Stack, stage: OpenedStage, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const timeoutMs = stack.config.values["podman.waitMs"];
  using _lock = await lockStack(stack.config.home, { timeoutMs, say: stage.say, signal });
  return await work();
}

async function stop(stack: Stack, given: Given, signal: AbortSignal): Promise<Plain> {
  const stage = await openStage(stack, given, given.list("service"));
  const services = chosen(stage, given);
  const names = services.map(({ name }) => name);
  return locked(stack, stage, signal, async () => {
    await wish(stack.config.home, names, false);
    const containers = await readStack(stage.podman, stage.manifest.project, { signal });
    await stopServices(stage, services, containers);
    return { stopped: names };
  });
}

async function start(stack: Stack, given: Given, signal: AbortSignal): Promise<Plain> {
  const stage = await openStage(stack, given, given.list("service"));
  const names = inOrder(stage.manifest, given.list("service")).map(({ name }) => name);
  return locked(stack, stage, signal, async () => {
    const again = [...stoppedOnes(stack.config.home), ...given.list("service")];
    if (readWanted(stack.config.home) === null) await remember(stack, stage, given);
    await wish(stack.config.home, names, true);
    const report = await bringUp(stage, { ...request, names: given.list("service"), again }, { signal });
    return { services: report.steps.map(({ service, do: step, why }) => ({ service: service.name, step, why })) };
  });
}

// Those that ask for it restart with what they depend on.
function withDependents({ manifest }: OpenedStage, services: readonly Service[]): Service[] {
  const names = new Set(services.map(({ name }) => name));
  for (const { name, dependsOn } of inOrder(manifest, [])) {
    if (dependsOn.some((one) => one.restart && names.has(one.service))) names.add(name);
  }
  return inReverse(manifest, [...names]);
}

// All that have a container, or those that are named, which must have one.
async function restarted(stage: OpenedStage, given: Given, signal: AbortSignal) {
  const { project } = stage.manifest;
  const containers = await readStack(stage.podman, project, { signal });
  const has = ({ name }: Service) => findContainer(containers, project, name) !== null;
  const missing = given.list("service").find((name) => findContainer(containers, project, name) === null);
  if (missing !== undefined) {
    const hint = `Type: aistack up ${missing}`;
    throw new Failure("failed", { what: `The service ${missing} was not restarted`, why: "it has no container", hint });
  }
  return { containers, services: withDependents(stage, chosen(stage, given)).filter(has) };
}

async function restart(stack: Stack, given: Given, signal: AbortSignal): Promise<Plain> {
  const stage = await openStage(stack, given, given.list("service"));
  return locked(stack, stage, signal, async () => {
    const { services, containers } = await restarted(stage, given, signal);
    const names = services.map(({ name }) => name);
    await wish(stack.config.home, names, true);
    await stopServices(stage, services, containers);
    for (const service of services.toReversed()) {
      const name = containerName(stage.manifest.project, service.name);
      stage.say({ type: "stack.step", service: service.name, step: "start", why: "restart" });
      await stage.podman.run(verbs.start(name), {
        what: `The service ${service.name} was not started`,
        timeoutMs: limitOf(stage, service),
      });
    }
    return { restarted: names.toReversed() };
  });
}

/** `aistack start`. */
export const runStart: Run = (stack, given, { signal }) => {
  if (!given.flag("dry-run")) return start(stack, given, signal);
  return printCommands(given.flag("json"), async () => {
    const stage = await openStage(stack, given, given.list("service"));
    return dryRun(stage, { ...request, names: given.list("service") }, { signal });
  });
};

/** `aistack stop`. */
export const runStop: Run = (stack, given, { signal }) => {
  if (!given.flag("dry-run")) return stop(stack, given, signal);
  return printCommands(given.flag("json"), async () => {
    const stage = await openStage(stack, given, given.list("service"));
    return stopArgv(stage, chosen(stage, given));
  });
};

/** `aistack restart`. */
export const runRestart: Run = (stack, given, { signal }) => {
  if (!given.flag("dry-run")) return restart(stack, given, signal);
  return printCommands(given.flag("json"), async () => {
    const stage = await openStage(stack, given, given.list("service"));
    const { services } = await restarted(stage, given, signal);
    const starts = services.toReversed().map(({ name }) => verbs.start(containerName(stage.manifest.project, name)));
    return [...stopArgv(stage, services), ...starts];
  });
};
