import { Failure } from "../../engine/errors.ts";
import type { Given, Plain } from "../action.ts";
import type { Run } from "../lazily.ts";
import type { Stack } from "../stack.ts";
import { lockStack } from "../supervisor/stack-lock.ts";
import { downArgv, planDown, takeDown } from "../supervisor/take-down.ts";
import { forgetWanted } from "../supervisor/wanted.ts";
import { openStage, printCommands } from "./open-stage.ts";

async function down(stack: Stack, given: Given, signal: AbortSignal): Promise<Plain> {
  const { config } = stack;
  const stage = await openStage(stack, given);
  const volumes = given.flag("volumes");
  using _lock = await lockStack(config.home, { timeoutMs: config.values["podman.waitMs"], say: stage.say, signal });
  const plan = await planDown(stage, { signal });
  if (volumes && plan.volumes.length > 0 && !given.flag("yes")) {
    throw new Failure("usage", {
      what: "Nothing was taken down",
      why: `--volumes would delete these volumes and all data in them: ${plan.volumes.join(", ")}`,
      hint: "If that is meant, type: aistack down --volumes --yes",
    });
  }
  // Wanted first: a supervisor that sees the containers end must not start them again.
  await forgetWanted(config.home);
  await takeDown(stage, plan, volumes);
  return {
    project: stage.manifest.project,
    removed: plan.containers.map(({ name }) => name),
    networks: plan.networks,
    volumesRemoved: volumes ? plan.volumes : [],
    volumesKept: volumes ? [] : plan.volumes,
  };
}

/** `aistack down`. */
export const runDown: Run = (stack, given, { signal }) => {
  if (!given.flag("dry-run")) return down(stack, given, signal);
  return printCommands(given.flag("json"), async () => {
    const stage = await openStage(stack, given);
    return downArgv(await planDown(stage, { signal }), given.flag("volumes"), stage.manifest.project);
  });
};
