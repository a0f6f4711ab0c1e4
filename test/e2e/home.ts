import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fixtures, temporary } from "../cli/running.ts";

/** A home with the recorded telemetry in it: 17 lessons. */
export function homeWithTelemetry(): string {
  const home = temporary();
  mkdirSync(join(home, "telemetry"));
  for (const name of readdirSync(join(fixtures, "telemetry"))) {
    const log = name.replace(/(-events)?\.jsonl$/, "-events.jsonl");
    cpSync(join(fixtures, "telemetry", name), join(home, "telemetry", log));
  }
  return home;
}
