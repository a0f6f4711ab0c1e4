import { messageOf } from "../../engine/errors.ts";
import { pause } from "../../engine/pause.ts";
import type { Service } from "../manifest/service.ts";
import { applyStep } from "./apply.ts";
import { verbs } from "./argv.ts";
import { type Backoff, restMs } from "./backoff.ts";
import { makeBelongings, missingBelongings, type SecretLookup } from "./belongings.ts";
import { wasStopped } from "./ending.ts";
import { inspect, readContainers } from "./look.ts";
import { endsByItself, findContainer, plan } from "./plan.ts";
import { identify } from "./process-identity.ts";
import { forgetRun, isNewRun, type ServiceRecord } from "./record.ts";
import type { JudgedPhase } from "./shapes.ts";
import { lockStack } from "./stack-lock.ts";
import type { Stage } from "./stage.ts";
import { readWanted } from "./wanted.ts";

const settleMs = 300;

/** What judging and repairing needs. */
export interface Court {
  readonly stage: Stage;
  readonly home: string;
  readonly backoff: Backoff;
  readonly secrets: SecretLookup;
  /** A service as its files have it now, which may have changed since; null when it is not among them. */
  readonly current: (name: string) => Promise<Service | null>;
  /** From 0 to 1. */
  readonly luck: () => number;
  readonly signal: AbortSignal;
}

/** Why a service is looked at: it ended, it is not well, or its conmon is gone. */
export type Cause = "ended" | "unhealthy" | "conmon";

function setPhase({ stage }: Court, record: ServiceRecord, phase: JudgedPhase | null, why: string): void {
  if (record.phase !== phase && phase !== null) {
    stage.say({ type: "service.phase", service: record.service.name, phase, why });
  }
  record.phase = phase;
  record.why = why;
}

function isWanted({ home }: Court, { service }: ServiceRecord): boolean {
  return readWanted(home)?.services[service.name] === true;
}

// A stop that Podman was asked for by somebody else than us.
async function isOthersWish({ stage, signal }: Court, record: ServiceRecord): Promise<boolean> {
  const { ending, service, container, heldStill } = record;
  if (heldStill) return false;
  return wasStopped(ending, service.restart.policy, async () => {
    const [found] = await inspect(stage.podman, container === null ? [] : [container.name], { signal });
    return found?.stoppedByUser ?? null;
  });
}

const othersWish = "somebody stopped it with podman";

// Makes or starts the container if it is still wanted and still not there; nobody else changes the stack meanwhile.
async function repair(court: Court, record: ServiceRecord, anew: boolean): Promise<void> {
  const { stage, home, signal } = court;
  const { manifest, podman, changeTimeoutMs } = stage;
  using _lock = await lockStack(home, { timeoutMs: changeTimeoutMs, say: stage.say, signal });
  if (!isWanted(court, record)) return setPhase(court, record, "stopped", "");
  if (await isOthersWish(court, record)) return setPhase(court, record, "stopped", othersWish);
  const containers = await readContainers(podman, { signal });
  const service = (await court.current(record.service.name)) ?? record.service;
  const [step] = plan([service], manifest.project, containers, [], stage.local);
  if (step === undefined) return;
  const chosen = anew && step.do !== "create" ? { ...step, do: "recreate" as const, why: record.why } : step;
  if (chosen.do === "create" || chosen.do === "recreate") {
    const missing = await missingBelongings(podman, manifest, [service], { signal });
    await makeBelongings(podman, manifest.project, missing, { source: court.secrets, timeoutMs: changeTimeoutMs });
  }
  if (chosen.do !== "keep") {
    forgetRun(record);
    await applyStep(stage, chosen, { signal });
    record.restarts++;
  }
  record.startedAtMs = performance.now();
  setPhase(court, record, null, "");
}

async function holdStill(court: Court, record: ServiceRecord): Promise<void> {
  const { service, container } = record;
  if (container === null) return;
  record.heldStill = true;
  const { stage } = court;
  await stage.podman.run(verbs.stop(container.name, service.stopGraceMs), {
    what: `The service ${service.name} was not stopped`,
    timeoutMs: stage.changeTimeoutMs + service.stopGraceMs,
    accept: "any",
  });
}

/** What is to be done about a service that is not as it should be. */
type Verdict = "leave" | "restart" | "anew";

async function judge(court: Court, record: ServiceRecord, cause: Cause): Promise<Verdict> {
  const { stage, home, signal } = court;
  const { service } = record;
  using _lock = await lockStack(home, { timeoutMs: stage.changeTimeoutMs, say: stage.say, signal });
  if (!isWanted(court, record)) {
    record.deaths = 0;
    setPhase(court, record, "stopped", "");
    return "leave";
  }
  const containers = await readContainers(stage.podman, { signal });
  const container = findContainer(containers, stage.manifest.project, service.name);
  const isSame = container !== null && container.id === record.container?.id;
  // "running" is not to be believed where conmon is gone and could not tell of the end.
  const isRunning = container?.state === "running" && (!stage.local || identify(container.pid) !== null);
  if (isNewRun(record.container, container)) forgetRun(record);
  record.container = container;
  const ended = container !== null && (container.state === "exited" || container.state === "stopped");
  if (cause === "ended" && isRunning && !isSame) {
    // Somebody made it anew on purpose while we looked.
    record.deaths = 0;
    return "leave";
  }
  // Started since a wish came, or where Podman starts nothing by itself: on purpose.
  const isAsked = service.restart.policy === "no" || readWanted(home)?.epoch !== record.epoch;
  if (cause === "ended" && isRunning && isAsked) {
    record.exitCode = null;
    record.startedAtMs = performance.now();
    setPhase(court, record, null, "");
    return "leave";
  }
  if (ended && container.exitCode === 0 && endsByItself(service)) {
    setPhase(court, record, "completed", "");
    return "leave";
  }
  if (container?.state === "paused") return "leave";
  if (ended && (await isOthersWish(court, record))) {
    record.deaths = 0;
    setPhase(court, record, "stopped", othersWish);
    return "leave";
  }
  const { policy, maxRetries } = service.restart;
  // Where Podman's own policy was quicker, the container says nothing of the end before, and only the event did.
  if (ended) record.exitCode = container.exitCode;
  else if (cause !== "ended") record.exitCode = null;
  const { exitCode } = record;
  const why =
    cause === "unhealthy"
      ? "it is unhealthy"
      : cause === "conmon"
        ? "its conmon is gone"
        : container === null
          ? "its container is gone"
          : `it ended${exitCode === null ? "" : ` with ${exitCode}`}`;
  if (policy === "no" && cause !== "conmon" && container !== null) {
    setPhase(court, record, "failed", why);
    return "leave";
  }
  if (record.startedAtMs !== null && performance.now() - record.startedAtMs >= court.backoff.stableMs)
    record.deaths = 0;
  record.deaths++;
  if (policy === "on-failure" && maxRetries !== null && record.deaths > maxRetries) {
    setPhase(court, record, "failed", `${why}, ${record.deaths} times`);
    return "leave";
  }
  const isLoop = record.deaths >= court.backoff.loopAfter;
  if (cause === "ended" && isRunning && !isLoop) {
    // Podman's own policy was quicker.
    record.restarts++;
    record.startedAtMs = performance.now();
    sayDied(court, record, why, 0);
    setPhase(court, record, null, "");
    return "leave";
  }
  // Podman's own policy knows no rest: a stopped container is left alone by it.
  if (cause === "unhealthy" || (isLoop && container?.state === "running")) await holdStill(court, record);
  setPhase(court, record, isLoop ? "crash loop" : "backoff", why);
  return cause === "conmon" ? "anew" : "restart";
}

// What ends next is another run.
function sayDied({ stage }: Court, record: ServiceRecord, why: string, restartMs: number): void {
  stage.say({ type: "service.died", service: record.service.name, exitCode: record.exitCode, why, restartMs });
  record.exitCode = null;
}

/** Looks into why a service is not as it should be and brings it back, after a rest that grows with each death. */
export async function restore(court: Court, record: ServiceRecord, cause: Cause): Promise<void> {
  if (record.busy) return;
  record.busy = true;
  const { signal } = court;
  try {
    // A stop, a removal or Podman's own restart may be about to be told.
    await pause(settleMs, { signal });
    let verdict = await judge(court, record, cause);
    while (verdict !== "leave" && !signal.aborted) {
      const rest = restMs(record.deaths, court.backoff, court.luck());
      sayDied(court, record, record.why, rest);
      await pause(rest, { signal });
      if (signal.aborted) return;
      try {
        await repair(court, record, verdict === "anew");
        return;
      } catch (error) {
        if (signal.aborted) return;
        record.deaths++;
        const isLoop = record.deaths >= court.backoff.loopAfter;
        setPhase(court, record, isLoop ? "crash loop" : "backoff", messageOf(error));
        verdict = "anew";
      }
    }
  } catch (error) {
    // Whoever compares next tries again.
    if (!signal.aborted) setPhase(court, record, "backoff", messageOf(error));
  } finally {
    record.busy = false;
  }
}
