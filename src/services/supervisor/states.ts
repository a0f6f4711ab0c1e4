import type { Service } from "../manifest/service.ts";
import type { Container } from "./container.ts";
import { endsByItself } from "./plan.ts";
import type { ServicePhase, ServiceState } from "./state.ts";

/** What a service is doing as far as its container tells. */
function phaseOf(service: Service, container: Container | null, wanted: boolean): ServicePhase {
  if (container === null) return "absent";
  switch (container.state) {
    case "running":
      return container.health === "starting" ? "starting" : "running";
    case "created":
    case "configured":
    case "initialized":
      return "created";
    case "paused":
      return "stopped";
    case "stopping":
    case "removing":
      return "stopping";
    case "exited":
    case "stopped":
      if (container.startedAt === null) return "created";
      if (container.exitCode === 0 && endsByItself(service) && wanted) return "completed";
      return wanted && container.exitCode !== 0 ? "failed" : "stopped";
    default:
      return "unknown";
  }
}

function whyOf(phase: ServicePhase, container: Container | null): string {
  if (container?.state === "paused") return `it is paused; type: podman unpause ${container.name}`;
  return phase === "failed" ? `it ended with ${container?.exitCode}` : "";
}

/** One service as its container shows it now. */
export function stateOf(service: Service, container: Container | null, wanted: boolean): ServiceState {
  const phase = phaseOf(service, container, wanted);
  const ended = phase === "failed" || phase === "completed" || phase === "stopped";
  return {
    name: service.name,
    image: service.image,
    container: container?.name ?? null,
    wanted,
    phase,
    health: container === null || ended ? "none" : container.health,
    startedAt: container?.startedAt ?? null,
    exitCode: ended && container?.state !== "paused" ? (container?.exitCode ?? null) : null,
    restarts: container?.restarts ?? 0,
    cpuPercent: null,
    memoryBytes: null,
    memoryLimitBytes: service.memoryBytes,
    ports: container?.ports ?? [],
    dependsOn: [...new Set(service.dependsOn.map(({ service: name }) => name))],
    breaker: service.breaker,
    why: whyOf(phase, container),
  };
}
