import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { diskFailure, makeDirectory } from "../../engine/disk.ts";
import { Failure } from "../../engine/errors.ts";
import { lockFile, tryLock } from "../../engine/telemetry/flock.ts";
import { describeHolders, readHolders } from "../../engine/telemetry/lock-holder.ts";
import type { Say } from "./said.ts";

/** The right to change the stack of a home; the kernel gives it back when the process ends. */
export interface StackLock extends Disposable {
  close(): void;
}

/** Takes the right to change the stack, waiting for whoever changes it now; fails with `timeout`, naming that process. */
export async function lockStack(
  home: string,
  { timeoutMs, say, signal }: { readonly timeoutMs: number; readonly say: Say; readonly signal: AbortSignal },
): Promise<StackLock> {
  await makeDirectory(home);
  const file = join(home, "stack.lock");
  let fd: number;
  try {
    fd = openSync(file, "a+", 0o600);
  } catch (error) {
    throw diskFailure(error, "The stack was not changed", file);
  }
  let open = true;
  const close = () => {
    if (open) closeSync(fd);
    open = false;
  };
  try {
    if (!tryLock(fd)) {
      const holders = describeHolders(fd);
      // That this very process does one thing after the other is no news.
      const pids = [...readHolders(fd)];
      const isOurs = pids.length > 0 && pids.every((pid) => pid === String(process.pid));
      if (!isOurs) say({ type: "stack.waiting", for: "the stack's lock", why: `${holders} changes the stack` });
      await lockFile(fd, file, { timeoutMs, signal }).catch((error: unknown) => {
        if (!(error instanceof Failure) || error.code !== "timeout") throw error;
        const hint = "Let it finish or stop it, then try again";
        throw new Failure("timeout", { what: "The stack was not changed", why: `${holders} changes it`, hint });
      });
    }
    return { close, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}
