import { readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { diskFailure, makeDirectory, writeWhole } from "../../engine/disk.ts";
import { errnoOf, Failure, messageOf } from "../../engine/errors.ts";
import { wantedFile } from "./brought-up.ts";
import { type Wanted, wantedShape } from "./shapes.ts";

/** What is meant to run, or null where nothing was ever brought up; fails with `corrupt` for a damaged file. */
export function readWanted(home: string): Wanted | null {
  const file = wantedFile(home);
  try {
    // Looked at every second: a file that is not there must not cost an exception.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return null;
    const result = wantedShape.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (result.success) return result.data;
    throw new Error(result.error.issues[0]?.message ?? "it has another shape");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return null;
    const what = "What is meant to run was not read";
    if (errnoOf(error) !== "") throw diskFailure(error, what, file);
    throw new Failure("corrupt", {
      what,
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
  await writeWhole(wantedFile(home), `${JSON.stringify(next, null, 2)}\n`);
  return next;
}

/** Nothing is meant to run from now on. */
export async function forgetWanted(home: string): Promise<void> {
  await rm(wantedFile(home), { force: true });
}

/** Changes whether services are meant to run; nothing is remembered where nothing was brought up. */
export async function wish(home: string, names: readonly string[], wanted: boolean): Promise<void> {
  const before = readWanted(home);
  if (before === null) return;
  const { version: _, epoch: __, ...rest } = before;
  const services = { ...before.services, ...Object.fromEntries(names.map((name) => [name, wanted])) };
  await saveWanted(home, { ...rest, services });
}

/** The services that somebody stopped on purpose. */
export function stoppedOnes(home: string): string[] {
  const services = readWanted(home)?.services ?? {};
  return Object.keys(services).filter((name) => services[name] === false);
}
