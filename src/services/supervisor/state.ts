import type { BreakerName } from "../../engine/guards/names.ts";

/** What a service is doing, as measured; `unknown` until Podman said. */
export type ServicePhase =
  | "unknown"
  | "absent"
  | "created"
  | "waiting"
  | "starting"
  | "running"
  | "stopping"
  | "stopped"
  | "completed"
  | "failed"
  | "backoff"
  | "crash loop";

/** One service as it is now; null is a number that was not measured yet. */
export interface ServiceState {
  readonly name: string;
  readonly image: string;
  readonly container: string | null;
  /** Whether it is meant to run. */
  readonly wanted: boolean;
  readonly phase: ServicePhase;
  readonly health: "none" | "starting" | "healthy" | "unhealthy" | "unknown";
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly exitCode: number | null;
  readonly restarts: number;
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  readonly memoryLimitBytes: number | null;
  readonly ports: readonly string[];
  readonly dependsOn: readonly string[];
  /** The breaker that guards calls to it. */
  readonly breaker: BreakerName | null;
  /** Why it waits or failed, or an empty string. */
  readonly why: string;
}

/** One line of a service's log. */
export interface LogLine {
  readonly service: string;
  readonly stream: "stdout" | "stderr";
  /** ISO 8601, UTC; null where the log has no time. */
  readonly at: string | null;
  readonly text: string;
}

/** One podman command that was run, for the command log. */
export interface CommandRun {
  readonly argv: readonly string[];
  readonly startedAt: string;
  readonly elapsedMs: number | null;
  readonly exitCode: number | null;
}
