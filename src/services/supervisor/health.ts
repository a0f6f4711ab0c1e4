import { pause } from "../../engine/pause.ts";
import type { Service } from "../manifest/service.ts";
import { verbs } from "./argv.ts";
import { containerName } from "./names.ts";
import type { Podman } from "./podman.ts";

const firstTryMs = 150;
const longestTryMs = 5000;
const graceMs = 1000;

/** Runs a service's check as Podman counts it; whether it passed. Podman's own state says the rest. */
export async function checkHealth(
  podman: Podman,
  project: string,
  service: Service,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  const { exitCode } = await podman.run(verbs.healthcheck(containerName(project, service.name)), {
    what: `The check of ${service.name} was not run`,
    timeoutMs: (service.healthcheck?.timeoutMs ?? 0) + graceMs + 4000,
    accept: [1, 125],
    signal,
  });
  return exitCode === 0;
}

// A try beside Podman's count: a service that is not ready yet must not use up its retries by being asked often.
async function tryHealth(podman: Podman, project: string, service: Service, signal: AbortSignal): Promise<boolean> {
  const { test, timeoutMs } = service.healthcheck ?? { test: [], timeoutMs: 0 };
  const { exitCode } = await podman.run(verbs.exec(containerName(project, service.name), test), {
    what: `The check of ${service.name} was not tried`,
    timeoutMs: timeoutMs + graceMs,
    accept: "any",
    signal,
  });
  return exitCode === 0;
}

/**
 * Asks a starting service until it is well or the signal comes: often at first without counting, and at its own interval
 * as Podman counts it, so that it turns unhealthy when its configuration says so and not earlier.
 */
export async function probeUntilHealthy(
  podman: Podman,
  project: string,
  service: Service,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const { healthcheck } = service;
  if (healthcheck === null) return;
  let restMs = firstTryMs;
  let counted = performance.now();
  while (!signal.aborted) {
    await pause(Math.min(restMs, healthcheck.intervalMs), { signal });
    if (signal.aborted) return;
    restMs = Math.min(restMs * 1.5, longestTryMs);
    try {
      if (performance.now() - counted >= healthcheck.intervalMs) {
        counted = performance.now();
        if (await checkHealth(podman, project, service, { signal })) return;
      } else if (await tryHealth(podman, project, service, signal)) {
        if (await checkHealth(podman, project, service, { signal })) return;
      }
    } catch {
      // A check that hangs or cannot run is a check that did not pass; the next one tells.
    }
  }
}
