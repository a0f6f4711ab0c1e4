import type { Service } from "../manifest/service.ts";
import type { Container, Health } from "./container.ts";
import { type Ending, noEnding } from "./ending.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import type { JudgedPhase } from "./shapes.ts";

/**
 * What the supervisor knows about one service. `phase` is null while the container itself says enough; the judge alone
 * sets it: `backoff` and `crash loop` until the next start, `failed` and `stopped` until somebody wishes otherwise.
 */
export interface ServiceRecord {
  readonly service: Service;
  container: Container | null;
  health: Health | null;
  phase: JudgedPhase | null;
  why: string;
  /** Deaths in a row. */
  deaths: number;
  /** Starts that this supervisor saw or made after the first. */
  restarts: number;
  /** When the last start was seen, on the clock of this process; null before. */
  startedAtMs: number | null;
  /** Whether its death is being looked into or its restart is on its way. */
  busy: boolean;
  conmon: ProcessIdentity | null;
  main: ProcessIdentity | null;
  nextCheckMs: number;
  healthyChecks: number;
  failedChecks: number;
  unhealthySinceMs: number | null;
  checking: boolean;
  /** What was told about the end of the last run. */
  ending: Ending;
  /** With which exit code it ended; null where that is not known, and for a run that goes on. */
  exitCode: number | null;
  /** Whether this supervisor itself stopped it, to start it again. */
  heldStill: boolean;
  /** How many wishes there had been when it was last seen running; null before. */
  epoch: number | null;
}

/** A record of a service about which nothing is known yet. */
export function openRecord(service: Service): ServiceRecord {
  return {
    service,
    container: null,
    health: null,
    phase: null,
    why: "",
    deaths: 0,
    restarts: 0,
    startedAtMs: null,
    busy: false,
    conmon: null,
    main: null,
    nextCheckMs: 0,
    healthyChecks: 0,
    failedChecks: 0,
    unhealthySinceMs: null,
    checking: false,
    ending: noEnding,
    exitCode: null,
    heldStill: false,
    epoch: null,
  };
}

/** Forgets what belongs to a run that ended. */
export function forgetRun(record: ServiceRecord): void {
  record.health = null;
  record.conmon = null;
  record.main = null;
  record.healthyChecks = 0;
  record.failedChecks = 0;
  record.unhealthySinceMs = null;
  record.nextCheckMs = 0;
  record.ending = noEnding;
  record.heldStill = false;
}

/** Whether a running container is another one, or another run of it, than the one known before. */
export function isNewRun(before: Container | null, now: Container | null): boolean {
  if (now?.state !== "running") return false;
  return before?.id !== now.id || before.startedAt !== now.startedAt || before.pid !== now.pid;
}
