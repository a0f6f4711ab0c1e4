import type { Service } from "../manifest/service.ts";
import type { Container } from "./container.ts";
import { endsByItself, findContainer } from "./plan.ts";
import type { ServicePhase, ServiceState } from "./state.ts";
import { readVerdicts } from "./verdicts.ts";
import { readWanted } from "./wanted.ts";

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

/** Every service of a stack as its container shows it now, and as whoever supervises it in another process judged. */
export function readStates(
  home: string,
  { services, project }: { readonly services: readonly Service[]; readonly project: string },
  containers: readonly Container[],
): ServiceState[] {
  const wanted = readWanted(home)?.services ?? {};
  const verdicts = readVerdicts(home);
  return services.map((service) => {
    const container = findContainer(containers, project, service.name);
    const state = stateOf(service, container, wanted[service.name] ?? false);
    if (verdicts === null) return state;
    const verdict = verdicts[service.name];
    const judged = verdict?.container === (container?.id ?? null) ? verdict : { phase: null, why: "", restarts: 0 };
    const restarts = Math.max(state.restarts, judged.restarts);
    const { phase, why } = judged;
    if (phase !== null && container?.state !== "running" && container?.state !== "paused") {
      return { ...state, restarts, phase, why };
    }
    // Not judged yet: it may be on its way back.
    return { ...state, restarts, phase: state.phase === "failed" ? "backoff" : state.phase };
  });
}
