import { adviceOf, Failure, messageOf } from "../../engine/errors.ts";
import { pause, pauseToBeat } from "../../engine/pause.ts";
import type { Given } from "../action.ts";
import type { Stack } from "../stack.ts";
import { readStack } from "../supervisor/look.ts";
import { followEvents } from "../supervisor/podman-events.ts";
import type { Stage } from "../supervisor/stage.ts";
import type { ServiceState } from "../supervisor/state.ts";
import { statesOf } from "../supervisor/states.ts";
import { holdSupervision } from "../supervisor/supervisor-lock.ts";
import { readWanted } from "../supervisor/wanted.ts";
import { openStage, podmanOf } from "../verbs/open-stage.ts";
import { supervisorOf } from "../verbs/supervise.ts";
import { followLogs } from "./container-logs.ts";
import type { ContainerReaders } from "./container-readers.ts";
import { followUsage, type Trails, withUsage } from "./container-usage.ts";

const wantedMs = 1000;
const showMs = 500;
const lookMs = 15_000;
const podmanRestMs = 30_000;
const brokenRestMs = 5000;

const nothing: Given = { text: () => null, number: () => null, flag: () => false, list: () => [] };

/**
 * Watches the containers of a home until the signal comes: supervises them when nobody else does, and otherwise looks.
 * Never fails; where Podman cannot be asked, that is what is shown.
 */
export async function watchContainers(
  stack: Stack,
  readers: ContainerReaders,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const { home } = stack.config;
  while (!signal.aborted) {
    const marker = markerOf(home);
    const changed = new AbortController();
    const either = AbortSignal.any([signal, changed.signal]);
    let againAt = Number.POSITIVE_INFINITY;
    const watching = watchOnce(stack, readers, marker !== "null", either).then((restMs) => {
      if (restMs !== null) againAt = performance.now() + restMs;
    });
    while (!signal.aborted && markerOf(home) === marker && performance.now() < againAt)
      await pauseToBeat(wantedMs, { signal });
    changed.abort();
    await watching;
  }
}

// What is meant to run, as a text; one that is damaged is something else as well.
function markerOf(home: string): string {
  try {
    return JSON.stringify(readWanted(home));
  } catch (error) {
    return messageOf(error);
  }
}

// Resolves with how long to rest before it is tried again; null when there is no need to.
async function watchOnce(
  stack: Stack,
  readers: ContainerReaders,
  isWanted: boolean,
  signal: AbortSignal,
): Promise<number | null> {
  const answering: Answering = { why: "" };
  let shown: readonly ServiceState[] = [];
  let tier: string | null = null;
  try {
    const opened = await openStage(stack, nothing);
    tier = opened.loaded.tier;
    const stage: Stage = { ...opened, ...heard(stack, readers, answering) };
    const { services, project } = stage.manifest;
    shown = statesOf(services, project, [], {});
    const containers = await readStack(stage.podman, project, { signal });
    const wanted = readWanted(stack.config.home)?.services ?? {};
    readers.show({ state: "live", why: "", tier, list: statesOf(services, project, containers, wanted), usage: {} });
    if (isWanted || containers.length > 0) await follow(stack, { stage, tier, answering }, readers, signal);
  } catch (error) {
    if (signal.aborted) return null;
    const isPodman = error instanceof Failure && error.code === "podman";
    const state = isPodman ? "absent" : "failed";
    readers.show({ state, why: adviceOf(error), tier, list: shown, usage: {} });
    return isPodman ? podmanRestMs : brokenRestMs;
  }
  return null;
}

/** Why Podman does not answer now, or an empty text. */
interface Answering {
  why: string;
}

// What is known of the services is from before it stopped to answer; the next list it gives tells that it does again.
function heard({ config }: Stack, { onRun, say }: ContainerReaders, answering: Answering) {
  const podman = podmanOf(config, (run) => {
    if (run.argv[0] === "ps" && run.exitCode === 0) answering.why = "";
    onRun(run);
  });
  const sayHeard: Stage["say"] = (event) => {
    if (event.type === "podman.lost" && event.what === "ps") answering.why = event.why;
    say(event);
  };
  return { podman, say: sayHeard };
}

async function follow(
  stack: Stack,
  { stage, tier, answering }: { readonly stage: Stage; readonly tier: string; readonly answering: Answering },
  readers: ContainerReaders,
  signal: AbortSignal,
): Promise<void> {
  const hold = await holdSupervision(stack.config.home).catch(() => null);
  const usage = followUsage(stage, signal);
  const logs = followLogs(stage, readers.onLine, signal);
  let before = "";
  let whyBefore = "";
  let measured: Trails | null = null;
  const show = (list: readonly ServiceState[]) => {
    const running = list.filter(
      ({ phase, container }) => container !== null && (phase === "running" || phase === "starting"),
    );
    usage.keep(running);
    logs.keep(running);
    const text = JSON.stringify(list);
    const trails = usage.trails();
    const { why } = answering;
    if (text !== before || trails !== measured || why !== whyBefore)
      readers.show({ state: "live", why, tier, ...withUsage(list, trails) });
    before = text;
    whyBefore = why;
    measured = trails;
  };
  try {
    await (hold === null ? look(stack, stage, show, signal) : supervise(stack, stage, show, signal));
  } finally {
    hold?.[Symbol.dispose]();
    await Promise.all([usage.ended(), logs.ended()]);
  }
}

async function supervise(
  stack: Stack,
  stage: Stage,
  show: (list: readonly ServiceState[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const supervisor = await supervisorOf(stack, stage, either);
  const showing = async () => {
    while (!either.aborted) {
      await pause(showMs, { signal: either });
      show(supervisor.states);
    }
  };
  const both = [supervisor.run(), showing()];
  try {
    await Promise.race(both);
  } finally {
    stop.abort();
    await Promise.allSettled(both);
  }
}

// Somebody else keeps the stack: every event asks for a look, and now and then one is taken anyway.
async function look(
  stack: Stack,
  stage: Stage,
  show: (list: readonly ServiceState[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const { services, project } = stage.manifest;
  let due = true;
  const soon = () => {
    due = true;
  };
  const events = followEvents(stage, { onEvent: soon, resumed: soon, signal });
  let list: readonly ServiceState[] = [];
  let lookedAt = 0;
  while (!signal.aborted) {
    if (due || performance.now() - lookedAt > lookMs) {
      due = false;
      lookedAt = performance.now();
      try {
        const containers = await readStack(stage.podman, project, { signal });
        list = statesOf(services, project, containers, readWanted(stack.config.home)?.services ?? {});
      } catch (error) {
        if (!signal.aborted) stage.say({ type: "podman.lost", what: "ps", why: messageOf(error), retryMs: lookMs });
      }
    }
    show(list);
    await pause(showMs, { signal });
  }
  await events;
}
