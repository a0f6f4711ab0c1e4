import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { diskFailure, makeDirectory } from "../disk.ts";
import { Failure } from "../errors.ts";
import { tryLock } from "./flock.ts";
import { describeHolders } from "./lock-holder.ts";

/**
 * Takes the rotator's lock of an archive directory, made if missing, and returns its descriptor; closing that gives the
 * lock back. Fails with `held` while another rotation has it.
 */
export async function holdDirectory(archiveDir: string): Promise<number> {
  await makeDirectory(archiveDir);
  const file = join(archiveDir, ".rotate.lock");
  try {
    const fd = openSync(file, "a", 0o600);
    if (tryLock(fd)) return fd;
    const holder = describeHolders(fd);
    closeSync(fd);
    throw new Failure("held", {
      what: `Nothing was rotated in ${archiveDir}`,
      why: `another rotation is under way there, in ${holder}`,
      hint: "Wait until it has finished, then type: aistack rotate",
    });
  } catch (error) {
    throw diskFailure(error, `Nothing was rotated in ${archiveDir}`, file);
  }
}
