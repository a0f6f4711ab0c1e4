import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory, writeWhole } from "../../engine/disk.ts";
import { errnoOf, Failure, messageOf } from "../../engine/errors.ts";
import { type Wanted, wantedShape } from "./shapes.ts";

function fileOf(home: string): string {
  return join(home, "stack.json");
}

/** Whether a stack was ever brought up from this home; looks at the disk alone. */
export function wasBroughtUp(home: string): boolean {
  return existsSync(fileOf(home));
}

/** What is meant to run, or null where nothing was ever brought up; fails with `corrupt` for a damaged file. */
export function readWanted(home: string): Wanted | null {
  const file = fileOf(home);
  try {
    const result = wantedShape.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (result.success) return result.data;
    throw new Error(result.error.issues[0]?.message ?? "it has another shape");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return null;
    throw new Failure("corrupt", {
      what: "What is meant to run was not read",
      why: `${file}: ${messageOf(error)}`,
      hint: `Type: rm ${file}; aistack up`,
      cause: error,
    });
  }
}

/** Saves what is meant to run from now on. */
export async function saveWanted(home: string, wanted: Omit<Wanted, "version" | "epoch">): Promise<Wanted> {
  await makeDirectory(home);
  const epoch = (readWanted(home)?.epoch ?? 0) + 1;
  const next: Wanted = { version: 1, epoch, ...wanted };
  await writeWhole(fileOf(home), `${JSON.stringify(next, null, 2)}\n`);
  return next;
}
