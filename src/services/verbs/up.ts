import { Failure } from "../../engine/errors.ts";
import type { Given, Plain } from "../action.ts";
import type { Run } from "../lazily.ts";
import { placeFiles, readSecrets } from "../manifest/prepare.ts";
import type { Stack } from "../stack.ts";
import { changes } from "../supervisor/argv.ts";
import { bringUp, dryRun, type UpReport, type UpRequest } from "../supervisor/bring-up.ts";
import { readLogs } from "../supervisor/logs.ts";
import { inOrder } from "../supervisor/order.ts";
import type { Step } from "../supervisor/plan.ts";
import { lockStack } from "../supervisor/stack-lock.ts";
import { criticalPath } from "../supervisor/timings.ts";
import { readWanted, saveWanted, stoppedOnes } from "../supervisor/wanted.ts";
import { openDeadline, timeoutOf } from "./deadline.ts";
import { type OpenedStage, openStage, printCommands } from "./open-stage.ts";
import { supervise } from "./supervise.ts";

function requestOf(given: Given): UpRequest {
  if (given.flag("build") && given.flag("no-build")) {
    throw new Failure("usage", { what: "Nothing was started", why: "--build and --no-build exclude each other" });
  }
  return {
    names: given.list("service"),
    wait: given.flag("wait"),
    build: given.flag("build") ? "always" : given.flag("no-build") ? "never" : "missing",
    pull: given.flag("no-pull") ? "never" : "missing",
    secrets: () => null,
  };
}

/** Remembers that what the command line names, or everything, is meant to run. */
export async function remember(stack: Stack, stage: OpenedStage, given: Given): Promise<void> {
  const { config } = stack;
  const before = readWanted(config.home);
  const named = given.list("service");
  const chosen = inOrder(stage.manifest, named).map(({ name }) => name);
  await saveWanted(config.home, {
    project: stage.manifest.project,
    files: [...stage.loaded.files],
    profiles: [...stage.loaded.profiles],
    tier: given.text("tier") ?? before?.tier ?? null,
    named: [...new Set([...(before?.named ?? []), ...named])],
    services: {
      ...(before?.project === stage.manifest.project ? before.services : {}),
      ...Object.fromEntries(chosen.map((name) => [name, true])),
    },
  });
}

function reported(stage: OpenedStage, report: UpReport, given: Given): Plain {
  const { manifest, loaded, podman } = stage;
  const path = criticalPath(manifest.services, report.timings);
  return {
    project: manifest.project,
    tier: loaded.tier,
    services: report.steps.map(({ service, do: step, why }) => ({ service: service.name, step, why })),
    ...(report.orphans.length === 0 ? {} : { orphans: report.orphans }),
    ...(given.flag("timings") ? { timings: report.timings, criticalPath: path.map(({ service }) => service) } : {}),
    commands: podman.runs.filter(({ argv }) => changes(argv)).length,
    ...(given.flag("json") ? { ran: podman.runs.map(({ argv, exitCode }) => ({ argv, exitCode })) } : {}),
  };
}

async function showLog(stage: OpenedStage, { service, do: step }: Step, signal: AbortSignal): Promise<void> {
  const request = { follow: true, tail: step === "create" || step === "recreate" ? null : 0, since: null };
  try {
    for await (const line of readLogs(stage.podman, stage.manifest.project, [service.name], request, { signal })) {
      stage.say({ type: "stack.log", line });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Brings up what the command line asks for, under the stack's lock, within the time it may take. */
export async function up(stack: Stack, stage: OpenedStage, given: Given, signal: AbortSignal): Promise<UpReport> {
  const { config } = stack;
  const timeoutMs = timeoutOf(given, config.values["podman.waitMs"]);
  const waiting = new Set(inOrder(stage.manifest, given.list("service")).map(({ name }) => name));
  const why = () => (waiting.size === 0 ? "podman did not answer in time" : `not ready: ${[...waiting].join(", ")}`);
  using deadline = openDeadline(timeoutMs, "The stack did not come up", why, signal);
  const watched: OpenedStage = {
    ...stage,
    say(event) {
      if (event.type === "stack.ready") waiting.delete(event.service);
      stage.say(event);
    },
  };
  const done = new AbortController();
  const logs: Promise<void>[] = [];
  try {
    using lock = await lockStack(config.home, { timeoutMs, say: stage.say, signal: deadline.signal });
    await placeFiles(stage.manifest);
    const secrets = await readSecrets(config, stage.manifest);
    const again = stoppedOnes(config.home);
    await remember(stack, stage, given);
    const request: UpRequest = {
      ...requestOf(given),
      again,
      secrets: (name) => secrets.get(name) ?? null,
      started(step) {
        const both = AbortSignal.any([deadline.signal, done.signal]);
        if (given.flag("logs")) logs.push(showLog(stage, step, both));
      },
      allStarted: () => lock.close(),
    };
    return await bringUp(watched, request, { signal: deadline.signal });
  } catch (error) {
    throw deadline.explain(error);
  } finally {
    done.abort();
    await Promise.allSettled(logs);
  }
}

async function upOnce(stack: Stack, given: Given, signal: AbortSignal): Promise<Plain> {
  const stage = await openStage(stack, given, given.list("service"));
  return reported(stage, await up(stack, stage, given, signal), given);
}

async function* upAndKeep(stack: Stack, given: Given, signal: AbortSignal): AsyncIterable<string> {
  const stage = await openStage(stack, given, given.list("service"));
  await up(stack, stage, given, signal);
  yield* supervise(stack, given, signal);
}

/** `aistack up`. */
export const runUp: Run = (stack, given, { signal }) => {
  if (given.flag("foreground") && !given.flag("dry-run")) return upAndKeep(stack, given, signal);
  if (!given.flag("dry-run")) return upOnce(stack, given, signal);
  return printCommands(given.flag("json"), async () => {
    const stage = await openStage(stack, given, given.list("service"));
    return dryRun(stage, requestOf(given), { signal });
  });
};
