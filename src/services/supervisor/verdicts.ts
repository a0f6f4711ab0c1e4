import { readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../../engine/disk.ts";
import { identify, isAlive } from "./process-identity.ts";
import type { ServiceRecord } from "./record.ts";
import { type Verdicts, verdictsShape } from "./shapes.ts";

function verdictsFile(home: string): string {
  return join(home, "supervisor.json");
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
        if (phase === null && restarts === 0) continue;
        services[service.name] = { container: container?.id ?? null, phase, why, restarts };
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

/**
 * What the supervisor of a home made of its services; null where none lives. What one left that is gone says nothing, and
 * neither does a damaged file: the next one writes it anew.
 */
export function readVerdicts(home: string): Verdicts["services"] | null {
  const file = verdictsFile(home);
  try {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return null;
    const { supervisor, services } = verdictsShape.parse(JSON.parse(readFileSync(file, "utf8")));
    return isAlive(supervisor) ? services : null;
  } catch {
    return null;
  }
}
