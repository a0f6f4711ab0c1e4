import { checkHealth, probeUntilHealthy } from "./health.ts";
import { isAlive } from "./process-identity.ts";
import type { ServiceRecord } from "./record.ts";
import type { Stage } from "./stage.ts";

/** When checks are run here, because no systemd runs Podman's own. */
export interface CheckTimes {
  /** How often a service that stayed healthy is checked at most, milliseconds. */
  readonly settledMs: number;
}

const settledAfter = 3;

/** Whether a running service lost its conmon or its main process without Podman noticing. */
export function lost({ container, conmon, main }: ServiceRecord): "conmon" | "ended" | null {
  if (container?.state !== "running") return null;
  if (conmon !== null && !isAlive(conmon)) return "conmon";
  return main !== null && !isAlive(main) ? "ended" : null;
}

function nextDelayMs({ service, healthyChecks }: ServiceRecord, { settledMs }: CheckTimes): number {
  const interval = service.healthcheck?.intervalMs ?? 0;
  return healthyChecks >= settledAfter ? Math.max(interval, settledMs) : interval;
}

/** Whether a service is due for a check by us. */
export function isDue(record: ServiceRecord, nowMs: number): boolean {
  const { service, container, checking, busy } = record;
  return (
    service.healthcheck !== null && container?.state === "running" && !checking && !busy && nowMs >= record.nextCheckMs
  );
}

/** Runs one check of a service, quickly repeated while it starts, and notes what came of it. */
export async function check(
  stage: Stage,
  record: ServiceRecord,
  times: CheckTimes,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const { service, container } = record;
  const { healthcheck } = service;
  if (healthcheck === null || container === null) return;
  const { project } = stage.manifest;
  const before = record.health;
  record.checking = true;
  const isSameRun = () => record.container?.id === container.id && record.container.state === "running";
  try {
    if (before === null || before === "starting") {
      record.health = "starting";
      const patience = healthcheck.startPeriodMs + healthcheck.retries * healthcheck.intervalMs;
      const both = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
      await probeUntilHealthy(stage.podman, project, service, { signal: both });
    }
    const passed = await checkHealth(stage.podman, project, service, { signal });
    if (!isSameRun()) return;
    record.healthyChecks = passed ? record.healthyChecks + 1 : 0;
    record.failedChecks = passed ? 0 : record.failedChecks + 1;
    if (passed) record.health = "healthy";
    else if (before === "starting" || before === null || record.failedChecks >= healthcheck.retries) {
      record.health = "unhealthy";
    }
  } catch {
    // A check that hangs is one that did not pass.
    record.healthyChecks = 0;
    record.failedChecks++;
    if (record.failedChecks >= healthcheck.retries) record.health = "unhealthy";
  } finally {
    record.checking = false;
    record.nextCheckMs = performance.now() + nextDelayMs(record, times);
    if (record.health !== "unhealthy") record.unhealthySinceMs = null;
    else record.unhealthySinceMs ??= performance.now();
    if (record.health !== before && !signal.aborted && record.health !== null && record.health !== "starting") {
      stage.say({ type: "service.phase", service: service.name, phase: record.health, why: "" });
    }
  }
}
