import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type IntakePause, intakeShape } from "./shapes.ts";

// The file is there while intake is paused and not otherwise, so a producer's look costs one stat.

function intakeFile(home: string): string {
  return join(home, "intake.paused");
}

/** Tells the producers on a home that intake is paused, or that it goes on (null). Fails as the file system does. */
export function markIntake(home: string, pause: IntakePause | null): void {
  const file = intakeFile(home);
  if (pause === null) rmSync(file, { force: true });
  else {
    writeFileSync(`${file}.tmp`, JSON.stringify(pause), { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  }
}

/** Why intake on a home is paused, or null while it goes on; only true as long as somebody learns there. */
export function readIntake(home: string): IntakePause | null {
  const file = intakeFile(home);
  if (!existsSync(file)) return null;
  try {
    return intakeShape().parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
