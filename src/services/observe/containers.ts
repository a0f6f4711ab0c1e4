import { adviceOf, Failure, messageOf } from "../../engine/errors.ts";
import { pause, pauseToBeat } from "../../engine/pause.ts";
import type { Stack } from "../stack.ts";
import type { Container } from "../supervisor/container.ts";
import { readStack } from "../supervisor/look.ts";
import { followEvents } from "../supervisor/podman-events.ts";
import type { Stage } from "../supervisor/stage.ts";
import type { ServiceState } from "../supervisor/state.ts";
import { readStates, stateOf } from "../supervisor/states.ts";
import { holdSupervision } from "../supervisor/supervisor-lock.ts";
import { readWanted } from "../supervisor/wanted.ts";
import { nothing, type OpenedStage, openStage, podmanOf } from "../verbs/open-stage.ts";
import { supervisorOf } from "../verbs/supervise.ts";
import { followLogs } from "./container-logs.ts";
import type { ContainerReaders } from "./container-readers.ts";
import { followUsage, type Trails, withUsage } from "./container-usage.ts";
import { type LogPlaces, openLogPlaces } from "./log-places.ts";

const wantedMs = 1000;
const showMs = 500;
const lookMs = 15_000;
const judgedMs = 2000;
const againMs = 5000;

/**
 * Watches the containers of a home until the signal comes: supervises them when nobody else does, and otherwise looks.
 * Never fails; where Podman cannot be asked, that is what is shown.
 */
export async function watchContainers(
  stack: Stack,
  readers: ContainerReaders,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const places = openLogPlaces();
  while (!signal.aborted) {
    let marker = wantedText(stack);
    const changed = new AbortController();
    const either = AbortSignal.any([signal, changed.signal]);
    let failedAt = Number.POSITIVE_INFINITY;
    const opening = openStage(stack, nothing);
    const before = await stageText(stack, opening);
    let isOver = false;
    const watching = watchOnce(stack, opening, { readers, places, isWanted: marker !== "null", signal: either }).then(
      (isSeen) => {
        isOver = true;
        if (!isSeen) failedAt = performance.now();
      },
    );
    // A service that is meant to stop or to start does not make it another stack: what is known of the others is kept.
    while (!signal.aborted && performance.now() - failedAt < againMs) {
      await pauseToBeat(wantedMs, { signal });
      const now = wantedText(stack);
      if (now === marker) continue;
      marker = now;
      if (isOver || before === "" || (await stageText(stack, openStage(stack, nothing))) !== before) break;
    }
    changed.abort();
    await watching;
  }
}

// What is meant to run, as a text; a file that cannot be read is told by whoever needs what is in it.
function wantedText(stack: Stack): string {
  try {
    return JSON.stringify(readWanted(stack.config.home));
  } catch (error) {
    return messageOf(error);
  }
}

// What is watched, as a text that is another one when that is; empty where it cannot be read.
async function stageText(stack: Stack, opening: Promise<OpenedStage>): Promise<string> {
  try {
    const { manifest, loaded } = await opening;
    return JSON.stringify([readWanted(stack.config.home) === null, loaded.tier, manifest]);
  } catch {
    return "";
  }
}

interface Watching {
  readonly readers: ContainerReaders;
  readonly places: LogPlaces;
  readonly isWanted: boolean;
  readonly signal: AbortSignal;
}

// Watches the containers of one stack to the end, or until it fails; whether they were seen.
async function watchOnce(
  stack: Stack,
  opening: Promise<OpenedStage>,
  { readers, places, isWanted, signal }: Watching,
): Promise<boolean> {
  const answering: Answering = { why: "" };
  let shown: readonly ServiceState[] = [];
  let tier: string | null = null;
  try {
    const opened = await opening;
    tier = opened.loaded.tier;
    const stage: Stage = { ...opened, ...heard(stack, readers, answering) };
    const { services, project } = stage.manifest;
    const wanted = readWanted(stack.config.home)?.services ?? {};
    shown = services.map((service) => unseen(stateOf(service, null, wanted[service.name] ?? false)));
    const containers = await readStack(stage.podman, project, { signal });
    const list = readStates(stack.config.home, stage.manifest, containers);
    readers.show({ state: "live", why: "", tier, list, usage: {} });
    if (isWanted || containers.length > 0)
      await follow(stack, { stage, tier, answering, containers }, readers, places, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    const state = error instanceof Failure && error.code === "podman" ? "absent" : "failed";
    readers.show({ state, why: adviceOf(error), tier, list: shown, usage: {} });
    return false;
  }
}

// What is meant to run and was not seen may well run.
function unseen(state: ServiceState): ServiceState {
  return state.wanted ? { ...state, phase: "unknown", health: "unknown" } : state;
}

/** Why Podman does not answer now, or an empty text. */
interface Answering {
  why: string;
}

// What is known of the services is from before it stopped to answer; the next list it gives tells that it does again.
function heard({ config, onRun }: Stack, { say }: ContainerReaders, answering: Answering) {
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

interface Followed {
  readonly stage: Stage;
  readonly tier: string;
  readonly answering: Answering;
  /** As they were a moment ago. */
  readonly containers: readonly Container[];
}

async function follow(
  stack: Stack,
  { stage, tier, answering, containers }: Followed,
  readers: ContainerReaders,
  places: LogPlaces,
  signal: AbortSignal,
): Promise<void> {
  const hold = await holdSupervision(stack.config.home).catch(() => null);
  const usage = followUsage(stage, signal);
  const logs = followLogs(stage, places, readers.onLine, signal);
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
    await (hold === null ? look(stack, { stage, containers }, show, signal) : supervise(stack, stage, show, signal));
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
  { stage, containers }: Pick<Followed, "stage" | "containers">,
  show: (list: readonly ServiceState[]) => void,
  signal: AbortSignal,
): Promise<void> {
  let due = true;
  const soon = () => {
    due = true;
  };
  const events = followEvents(stage, { onEvent: soon, resumed: soon, signal });
  let seen = containers;
  let list: readonly ServiceState[] = [];
  let lookedAt = 0;
  let judgedAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    if (due || performance.now() - lookedAt > lookMs) {
      due = false;
      lookedAt = performance.now();
      judgedAt = Number.NEGATIVE_INFINITY;
      try {
        seen = await readStack(stage.podman, stage.manifest.project, { signal });
      } catch (error) {
        if (!signal.aborted) stage.say({ type: "podman.lost", what: "ps", why: messageOf(error), retryMs: lookMs });
      }
    }
    // What the supervisor made of them may be new without any event.
    if (performance.now() - judgedAt >= judgedMs) {
      judgedAt = performance.now();
      list = readStates(stack.config.home, stage.manifest, seen);
    }
    show(list);
    await pause(showMs, { signal });
  }
  await events;
}
