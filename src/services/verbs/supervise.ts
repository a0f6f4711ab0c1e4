import { Failure } from "../../engine/errors.ts";
import type { Given } from "../action.ts";
import type { Run } from "../lazily.ts";
import { readSecrets } from "../manifest/prepare.ts";
import type { Stack } from "../stack.ts";
import type { Court } from "../supervisor/judge.ts";
import type { StackEvent } from "../supervisor/said.ts";
import type { Stage } from "../supervisor/stage.ts";
import { openSupervisor, type Supervisor } from "../supervisor/supervisor.ts";
import { holdSupervision } from "../supervisor/supervisor-lock.ts";
import { readWanted } from "../supervisor/wanted.ts";
import { nothing, openStage } from "./open-stage.ts";
import { jsonLine } from "./schema.ts";

/** A supervisor of a stage, as the settings say. */
export async function supervisorOf(stack: Stack, stage: Stage, signal: AbortSignal): Promise<Supervisor> {
  const { config } = stack;
  const { values } = config;
  const secrets = await readSecrets(config, stage.manifest);
  const court: Court = {
    stage,
    home: config.home,
    backoff: {
      firstMs: values["podman.backoffMs"],
      maxMs: values["podman.backoffMaxMs"],
      loopAfter: values["podman.crashLoopAfter"],
      stableMs: values["podman.stableSeconds"] * 1000,
    },
    secrets: (name) => secrets.get(name) ?? null,
    current: async (name) => {
      const { manifest } = await openStage(stack, nothing);
      return manifest.services.find((one) => one.name === name) ?? null;
    },
    luck: Math.random,
    signal,
  };
  return openSupervisor(court, {
    reconcileMs: values["podman.reconcileSeconds"] * 1000,
    settledHealthMs: values["podman.settledHealthSeconds"] * 1000,
    healUnhealthy: values["podman.healUnhealthy"],
    unhealthyGraceMs: values["podman.unhealthyGraceMs"],
  });
}

function textOf(event: StackEvent): string {
  const { type, ...rest } = event;
  const words = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [new Date().toISOString(), type, ...words].join(" ");
}

/** Supervises the stack until the signal comes, saying what happens line by line; the containers run on after it. */
export async function* supervise(stack: Stack, given: Given, signal: AbortSignal): AsyncIterable<string> {
  const { config } = stack;
  const wanted = readWanted(config.home);
  if (wanted === null) {
    const why = "nothing was brought up from this home";
    throw new Failure("failed", { what: "Nothing is supervised", why, hint: "Type: aistack up" });
  }
  using _hold = await holdSupervision(config.home);
  const json = given.flag("json");
  let lines: string[] = [];
  let arrived = Promise.withResolvers<void>();
  const say = (event: StackEvent) => {
    lines.push(json ? jsonLine({ at: new Date().toISOString(), ...event }) : textOf(event));
    arrived.resolve();
  };
  const stage = { ...(await openStage(stack, given)), say };
  const supervisor = await supervisorOf(stack, stage, signal);
  let ended = false;
  const running = supervisor.run().finally(() => {
    ended = true;
    arrived.resolve();
  });
  while (!ended || lines.length > 0) {
    await arrived.promise;
    arrived = Promise.withResolvers<void>();
    const now = lines;
    lines = [];
    yield* now;
  }
  await running;
}

/** `aistack supervise`. */
export const runSupervise: Run = (stack, given, { signal }) => supervise(stack, given, signal);
