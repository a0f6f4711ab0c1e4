import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where a home keeps what is meant to run. */
export function wantedFile(home: string): string {
  return join(home, "stack.json");
}

/** Whether a stack was ever brought up from this home; looks at the disk alone. */
export function wasBroughtUp(home: string): boolean {
  return existsSync(wantedFile(home));
}
