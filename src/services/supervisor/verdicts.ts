import { readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../../engine/disk.ts";
import type { Service } from "../manifest/service.ts";
import type { Container } from "./container.ts";
import { findContainer } from "./plan.ts";
import { identify, isAlive } from "./process-identity.ts";
import type { ServiceRecord } from "./record.ts";
import { type JudgedPhase, judgedPhases, type Verdicts, verdictsShape } from "./shapes.ts";
import type { ServicePhase, ServiceState } from "./state.ts";
import { stateOf } from "./states.ts";
import { readWanted } from "./wanted.ts";

function verdictsFile(home: string): string {
  return join(home, "supervisor.json");
}

function isJudged(phase: ServicePhase | null): phase is JudgedPhase {
  return phase !== null && judgedPhases.has(phase);
}

/** Where a supervisor says what it made of its services, for whoever looks from another process. */
export interface VerdictsBook {
  /** Writes what changed since the last time; what cannot be written is tried again with the next. */
  publish(records: Iterable<ServiceRecord>): Promise<void>;
  close(): Promise<void>;
}

/** Opens the book of this process in a home. */
export function openVerdicts(home: string): VerdictsBook {
  const supervisor = identify(process.pid);
  let before = "";
  return {
    async publish(records) {
      if (supervisor === null) return;
      const services: Verdicts["services"] = {};
      for (const { service, container, phase, why, restarts } of records) {
        const judged = isJudged(phase) ? phase : null;
        if (judged === null && restarts === 0) continue;
        services[service.name] = { container: container?.id ?? null, phase: judged, why, restarts };
      }
      const text = `${JSON.stringify({ version: 1, supervisor, services } satisfies Verdicts)}\n`;
      if (text === before) return;
      try {
        // Of use only while this process lives.
        await writeWhole(verdictsFile(home), text, { sync: false });
        before = text;
      } catch {
        // A full disk, say: whoever looks sees what the containers tell, as without a supervisor.
      }
    },
    async close() {
      if (before !== "") await rm(verdictsFile(home), { force: true }).catch(() => undefined);
    },
  };
}

// What is left of a supervisor that is gone says nothing, and neither does a damaged file: the next one writes it anew.
function readVerdicts(home: string): Verdicts["services"] | null {
  const file = verdictsFile(home);
  try {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return null;
    const { supervisor, services } = verdictsShape.parse(JSON.parse(readFileSync(file, "utf8")));
    return isAlive(supervisor) ? services : null;
  } catch {
    return null;
  }
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
