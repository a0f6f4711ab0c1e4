import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { diskFailure, makeDirectory } from "../../engine/disk.ts";
import { Failure } from "../../engine/errors.ts";
import { tryLock } from "../../engine/telemetry/flock.ts";
import { describeHolders } from "../../engine/telemetry/lock-holder.ts";

/** Takes the one right to supervise the stack of a home; fails with `held`, naming who supervises it already. */
export async function holdSupervision(home: string): Promise<Disposable> {
  await makeDirectory(home);
  const file = join(home, "supervisor.lock");
  let fd: number;
  try {
    fd = openSync(file, "a+", 0o600);
  } catch (error) {
    throw diskFailure(error, "The stack is not supervised", file);
  }
  if (tryLock(fd)) return { [Symbol.dispose]: () => closeSync(fd) };
  const why = `${describeHolders(fd)} supervises it already`;
  closeSync(fd);
  throw new Failure("held", { what: "The stack is not supervised by this process", why, hint: "Type: aistack ps" });
}
