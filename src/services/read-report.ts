import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Report, reportShape } from "../engine/shapes.ts";
import { lookAtHold } from "./hold.ts";

/** The last report of an engine, and whether that engine still runs; a stale one tells how things were at `at`. */
export interface SeenReport {
  readonly live: boolean;
  readonly report: Report;
}

/** Where whoever runs the engine of a home reports. */
export function reportFile(home: string): string {
  return join(home, "engine.json");
}

/** The last report of the engine on a home; null where there is none or it cannot be understood. */
export function readReport(home: string, holder = lookAtHold(home)): SeenReport | null {
  try {
    const parsed = reportShape.safeParse(JSON.parse(readFileSync(reportFile(home), "utf8")));
    return parsed.success ? { live: holder?.pid === parsed.data.pid, report: parsed.data } : null;
  } catch {
    return null;
  }
}
