import type { Given, Plain } from "../action.ts";
import type { Run } from "../lazily.ts";
import type { Service } from "../manifest/service.ts";
import type { Stack } from "../stack.ts";
import { verbs } from "../supervisor/argv.ts";
import { missingImages, obtainArgv, obtainImage } from "../supervisor/images.ts";
import { readStack } from "../supervisor/look.ts";
import { labels } from "../supervisor/names.ts";
import { inOrder } from "../supervisor/order.ts";
import { lockStack } from "../supervisor/stack-lock.ts";
import { type OpenedStage, openStage, printCommands } from "./open-stage.ts";

function ofKind({ manifest }: OpenedStage, given: Given, kind: "pull" | "build"): Service[] {
  const asked = given.list("service");
  const services = inOrder(manifest, asked).filter(({ name }) => asked.length === 0 || asked.includes(name));
  return missingImages(
    services.filter(({ build }) => (build === null) === (kind === "pull")),
    [],
    true,
  );
}

async function obtain(stack: Stack, given: Given, kind: "pull" | "build", signal: AbortSignal): Promise<Plain> {
  const stage = await openStage(stack, given, given.list("service"));
  const services = ofKind(stage, given, kind);
  await Promise.all(services.map((service) => obtainImage(stage, service, { signal })));
  return { [kind === "pull" ? "pulled" : "built"]: services.map(({ image }) => image) };
}

function runObtain(kind: "pull" | "build"): Run {
  return (stack, given, { signal }) => {
    if (!given.flag("dry-run")) return obtain(stack, given, kind, signal);
    return printCommands(given.flag("json"), async () => {
      const stage = await openStage(stack, given, given.list("service"));
      return ofKind(stage, given, kind).map((service) => obtainArgv(service, stage.manifest.project));
    });
  };
}

/** `aistack pull`. */
export const runPull = runObtain("pull");

/** `aistack build`. */
export const runBuild = runObtain("build");

async function leftovers(stage: OpenedStage, signal: AbortSignal) {
  const known = new Set(stage.manifest.services.map(({ name }) => name));
  const containers = await readStack(stage.podman, stage.manifest.project, { signal });
  const orphans = containers.filter((one) => !known.has(one.labels[labels.service] ?? ""));
  return {
    names: orphans.map(({ name }) => name),
    commands: [...orphans.map(({ name }) => verbs.remove(name, 10_000)), verbs.imagePrune(stage.manifest.project)],
  };
}

async function prune(stack: Stack, given: Given, signal: AbortSignal): Promise<Plain> {
  const stage = await openStage(stack, given);
  const { config } = stack;
  using _lock = await lockStack(config.home, { timeoutMs: config.values["podman.waitMs"], say: stage.say, signal });
  const { names, commands } = await leftovers(stage, signal);
  let printed = "";
  for (const argv of commands) {
    const { stdout } = await stage.podman.run(argv, {
      what: "What is left over was not removed",
      timeoutMs: stage.changeTimeoutMs,
    });
    printed = stdout;
  }
  return { containers: names, images: printed.split("\n").filter((line) => line !== "") };
}

/** `aistack prune`. */
export const runPrune: Run = (stack, given, { signal }) => {
  if (!given.flag("dry-run")) return prune(stack, given, signal);
  return printCommands(given.flag("json"), async () => {
    const { commands } = await leftovers(await openStage(stack, given), signal);
    return commands;
  });
};
