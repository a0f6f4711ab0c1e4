import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Report, reportShape } from "../engine/shapes.ts";
import { type Holder, lookAtHold } from "./hold.ts";

/** The last report of an engine, and whether that engine still runs; a stale one tells how things were at `at`. */
export interface SeenReport {
  readonly live: boolean;
  readonly report: Report;
}

/** Where whoever runs the engine of a home reports. */
export function reportFile(home: string): string {
  return join(home, "engine.json");
}

/** When an engine last reported on a home, and whether it still runs; null where none ever did. Reads no more than that. */
export function lookAtReport(home: string, holder: Holder | null): { at: string; stale: boolean } | null {
  try {
    const text = readFileSync(reportFile(home), "utf8");
    const at = /^\{"at":"([^"]+)","schemaVersion":1,"pid":(\d+),/.exec(text);
    return at?.[1] === undefined ? null : { at: at[1], stale: holder?.pid !== Number(at[2]) };
  } catch {
    return null;
  }
}

/** The last report of the engine on a home; null where there is none or it cannot be understood. */
export function readReport(home: string, holder = lookAtHold(home)): SeenReport | null {
  try {
    const parsed = reportShape().safeParse(JSON.parse(readFileSync(reportFile(home), "utf8")));
    return parsed.success ? { live: holder?.pid === parsed.data.pid, report: parsed.data } : null;
  } catch {
    return null;
  }
}
