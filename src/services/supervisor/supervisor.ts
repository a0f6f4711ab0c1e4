import { messageOf } from "../../engine/errors.ts";
import { pause } from "../../engine/pause.ts";
import type { Container, PodmanEvent } from "./container.ts";
import { noEnding, tellEnding } from "./ending.ts";
import { type Cause, type Court, restore } from "./judge.ts";
import { inspect, readStack } from "./look.ts";
import { labels } from "./names.ts";
import { findContainer } from "./plan.ts";
import { followEvents } from "./podman-events.ts";
import { identifyNamed } from "./process-identity.ts";
import { forgetRun, isNewRun, openRecord, type ServiceRecord } from "./record.ts";
import type { ServiceState } from "./state.ts";
import { stateOf } from "./states.ts";
import { openVerdicts } from "./verdicts.ts";
import { check, isDue, lost } from "./vigil.ts";
import { readWanted } from "./wanted.ts";

/** How a supervisor keeps watch. */
export interface Watch {
  /** How often everything is compared, milliseconds. */
  readonly reconcileMs: number;
  readonly settledHealthMs: number;
  readonly healUnhealthy: boolean;
  readonly unhealthyGraceMs: number;
}

/** Keeps a stack as it is wanted, as long as it runs. */
export interface Supervisor {
  /** Every service as it is now. */
  readonly states: readonly ServiceState[];
  /** Watches until the signal comes; containers go on running after it. */
  run(): Promise<void>;
}

const tickMs = 2000;
const soonMs = 150;
const calmFactor = 4;

function isRunning(container: Container | null): container is Container {
  return container?.state === "running";
}

// Whether a service that is wanted is to be looked into. What somebody paused is not ours to wake.
function isMissing({ container, phase }: ServiceRecord): boolean {
  if (container?.state === "running" || container?.state === "paused") return false;
  return phase !== "failed" && phase !== "completed" && (phase !== "stopped" || container === null);
}

/** Opens a supervisor on a court's stage; starts nothing. Whatever runs already is adopted as it is. */
export function openSupervisor(court: Court, watch: Watch): Supervisor {
  const { stage, home, signal } = court;
  const { project } = stage.manifest;
  const records = new Map(stage.manifest.services.map((service) => [service.name, openRecord(service)]));
  const work = new Set<Promise<void>>();
  let reconciling: Promise<void> | null = null;
  let isSoon = false;
  let isKnown = false;
  let restMs = watch.reconcileMs;
  let nextMs = 0;

  const inBackground = (task: Promise<void>) => {
    work.add(task);
    void task.finally(() => work.delete(task));
  };
  const trouble = (record: ServiceRecord, cause: Cause) => {
    if (record.busy || signal.aborted) return;
    inBackground(restore(court, record, cause).then(soon));
  };
  // Learns who the processes of new runs are, in one call for all of them.
  const identifyNew = async () => {
    const fresh = [...records.values()].filter(
      ({ container, main }) => stage.local && isRunning(container) && container.pid > 0 && main?.pid !== container.pid,
    );
    const names = fresh.flatMap(({ container }) => container?.name ?? []);
    for (const one of await inspect(stage.podman, names, { signal })) {
      const record = fresh.find(({ container }) => container?.id === one.id);
      if (record === undefined || one.state !== "running") continue;
      record.main = identifyNamed(one.pid);
      record.conmon = identifyNamed(one.conmonPid);
    }
  };
  const take = (record: ServiceRecord, container: Container | null) => {
    const isNew = isNewRun(record.container, container);
    record.container = container;
    if (isNew && container !== null) {
      forgetRun(record);
      record.startedAtMs = performance.now();
      if (container.health === "healthy") record.health = "healthy";
      if (!record.busy) record.phase = null;
    }
    if (stage.timers && container !== null && container.health !== "none") record.health = container.health;
  };
  const reconcileNow = async () => {
    // Before looking, so that what is wished for meanwhile is new next time.
    const { services: wanted = {}, epoch = null } = readWanted(home) ?? {};
    const containers = await readStack(stage.podman, project, { signal });
    for (const record of records.values()) {
      if (record.busy) continue;
      const { name } = record.service;
      take(record, findContainer(containers, project, name));
      if (isRunning(record.container)) record.epoch = epoch;
      if (wanted[name] === true && isMissing(record)) trouble(record, "ended");
    }
    isKnown = true;
    await identifyNew();
  };
  const reconcile = () => {
    reconciling ??= reconcileNow()
      .catch((error: unknown) => {
        if (signal.aborted) return;
        stage.say({ type: "podman.lost", what: "ps", why: messageOf(error), retryMs: watch.reconcileMs });
      })
      .finally(() => {
        reconciling = null;
      });
    return reconciling;
  };
  // Where the processes themselves are watched, comparing only finds what every other way missed.
  const isCalm = () =>
    stage.local &&
    [...records.values()].every(
      ({ busy, container, conmon, phase }) => !busy && (isRunning(container) ? conmon !== null : phase !== "backoff"),
    );
  // Many events come together; one look after them tells all.
  function soon() {
    restMs = watch.reconcileMs;
    nextMs = Math.min(nextMs, performance.now() + restMs);
    if (isSoon || signal.aborted) return;
    isSoon = true;
    inBackground(
      pause(soonMs, { signal }).then(() => {
        isSoon = false;
        return signal.aborted ? undefined : reconcile();
      }),
    );
  }
  const onEvent = ({ what, exitCode, labels: own, health }: PodmanEvent) => {
    const record = records.get(own[labels.service] ?? "");
    if (record === undefined) return;
    record.ending = tellEnding(record.ending, what);
    if (what === "died") record.exitCode = exitCode;
    if (what === "died" || what === "remove") trouble(record, "ended");
    if (what === "start") {
      if (record.phase === "stopped" || record.phase === "failed") record.phase = null;
      soon();
    }
    if (what === "pause" || what === "unpause") soon();
    if (what === "health_status" && stage.timers && health !== null) record.health = health;
  };
  const tick = () => {
    const nowMs = performance.now();
    for (const record of records.values()) {
      if (record.busy) continue;
      const cause = lost(record);
      if (cause !== null) trouble(record, cause);
      else if (!stage.timers && isDue(record, nowMs)) {
        inBackground(check(stage, record, { settledMs: watch.settledHealthMs }, { signal }));
      }
      if (stage.timers)
        record.unhealthySinceMs = record.health === "unhealthy" ? (record.unhealthySinceMs ?? nowMs) : null;
      const sick = record.unhealthySinceMs !== null && nowMs - record.unhealthySinceMs >= watch.unhealthyGraceMs;
      if (sick && watch.healUnhealthy && record.service.restart.policy !== "no") trouble(record, "unhealthy");
    }
  };
  // Until it is judged, a service that ended is not said to have failed: it may be on its way back.
  const phaseNow = (record: ServiceRecord, { phase, why }: ServiceState): Pick<ServiceState, "phase" | "why"> => {
    if (record.phase !== null) return { phase: record.phase, why: record.why };
    // Our own checks know of a service that got well before Podman is asked again.
    if (phase === "starting" && record.health !== null && record.health !== "starting")
      return { phase: "running", why };
    return phase === "failed" ? { phase: "backoff", why } : { phase, why };
  };
  const stateNow = (record: ServiceRecord, wanted: boolean): ServiceState => {
    const state = stateOf(record.service, record.container, wanted);
    if (!isKnown) return { ...state, phase: "unknown", health: "unknown" };
    return {
      ...state,
      ...phaseNow(record, state),
      health: record.health !== null && isRunning(record.container) ? record.health : state.health,
      restarts: Math.max(record.restarts, state.restarts),
    };
  };
  return {
    get states() {
      const wanted = readWanted(home)?.services ?? {};
      return [...records.values()].map((record) => stateNow(record, wanted[record.service.name] === true));
    },
    async run() {
      const verdicts = openVerdicts(home);
      const resumed = () => {
        // What was told before the gap may be about an earlier run.
        for (const record of records.values()) record.ending = noEnding;
        soon();
      };
      const following = followEvents(stage, { onEvent, resumed, signal });
      while (!signal.aborted) {
        if (performance.now() >= nextMs) {
          nextMs = performance.now() + restMs;
          await reconcile();
          restMs = isCalm() ? Math.min(restMs * 2, watch.reconcileMs * calmFactor) : watch.reconcileMs;
        }
        tick();
        await verdicts.publish(records.values());
        await pause(tickMs, { signal });
      }
      await following;
      await Promise.allSettled(work);
      await verdicts.close();
    },
  };
}
