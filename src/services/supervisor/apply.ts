import type { Service } from "../manifest/service.ts";
import { verbs } from "./argv.ts";
import { createCommand } from "./create.ts";
import { containerName, externalSecrets } from "./names.ts";
import type { Step } from "./plan.ts";
import { nameHolder } from "./port-holder.ts";
import { removeContainer } from "./remove.ts";
import type { Stage } from "./stage.ts";

/** The podman commands of one step, in order. */
export function stepArgv(stage: Pick<Stage, "manifest" | "timers" | "root">, { service, do: what, container }: Step) {
  const { project } = stage.manifest;
  const name = containerName(project, service.name);
  const external = externalSecrets(stage.manifest);
  const made = createCommand("run", service, { project, timers: stage.timers, root: stage.root, external });
  const commands: { readonly argv: readonly string[]; readonly environment?: Readonly<Record<string, string>> }[] = [];
  if (what === "recreate") commands.push({ argv: verbs.remove(container?.name ?? name, service.stopGraceMs) });
  if (what === "create" || what === "recreate") commands.push(made);
  if (what === "restart") commands.push({ argv: verbs.stop(name, service.stopGraceMs) });
  if (what === "start" && container?.state === "paused") commands.push({ argv: verbs.unpause(name) });
  else if (what === "start" || what === "restart") commands.push({ argv: verbs.start(name) });
  return commands;
}

const graceMs = 3000;

/** How long a command may take that may have to wait for a service to end. */
export function limitOf({ changeTimeoutMs }: Pick<Stage, "changeTimeoutMs">, service: Service): number {
  return changeTimeoutMs + service.stopGraceMs;
}

/** Does one step. A signal lets the command that runs come to its end, for a few seconds. */
export async function applyStep(stage: Stage, step: Step, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const { service } = step;
  if (step.do === "keep") return;
  stage.say({ type: "stack.step", service: service.name, step: step.do, why: step.why });
  try {
    for (const { argv, environment } of stepArgv(stage, step)) {
      const run = {
        what: `The service ${service.name} was not started`,
        timeoutMs: limitOf(stage, service),
        signal,
        graceMs: service.stopGraceMs + graceMs,
        ...(environment === undefined ? {} : { environment }),
      };
      if (argv[0] === "rm") await removeContainer(stage.podman, argv.at(-1) ?? "", service.stopGraceMs, run);
      else await stage.podman.run(argv, run);
    }
  } catch (error) {
    throw await nameHolder(stage, service, error);
  }
}
