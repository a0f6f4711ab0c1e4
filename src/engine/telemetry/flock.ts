import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../errors.ts";
import { type Native, native } from "../native.ts";
import { describeHolders } from "./lock-holder.ts";

const lockExclusive = 2;
const lockWithoutWaiting = 4;
const lockRelease = 8;
const setLease = 1024;
const leaseRead = 0;
const leaseNone = 2;
const setSignal = 10;

function call(run: (binding: Native) => number): number {
  const binding = native();
  for (;;) {
    if (run(binding) !== -1) return 0;
    const errno = binding.errno();
    if (errno !== constants.errno.EINTR) return errno;
  }
}

/**
 * Takes the exclusive flock(2) of an open file if nobody else has it; never waits.
 * The lock belongs to this open file: taking it twice is taking it once, and closing the file gives it back.
 */
export function tryLock(fd: number): boolean {
  const errno = call((binding) => binding.flock(fd, lockExclusive | lockWithoutWaiting));
  if (errno === 0) return true;
  if (errno === constants.errno.EWOULDBLOCK) return false;
  throw new Failure("failed", {
    what: "A telemetry file was not locked",
    why: `flock(2) answered with error ${errno}`,
    hint: "Keep telemetry on a local file system",
  });
}

/** Gives the lock back. */
export function unlock(fd: number): void {
  call((binding) => binding.flock(fd, lockRelease));
}

/**
 * Takes the exclusive flock(2) of an open file, waiting at most `timeoutMs` (milliseconds).
 * Asks again after 1 ms, growing to 20 ms, so that a signal can end the wait.
 * Fails with `timeout`, naming the file and who may hold it.
 */
export async function lockFile(
  fd: number,
  file: string,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let restMs = 1; ; restMs = Math.min(restMs * 2, 20)) {
    signal?.throwIfAborted();
    if (tryLock(fd)) return;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) {
      throw new Failure("timeout", {
        what: `The file ${file} was not locked within ${timeoutMs} ms`,
        why: `its lock is held by ${describeHolders(fd)}`,
        hint: `Let that process finish or stop it, then try again. Type: fuser -v ${file}`,
      });
    }
    await pause(Math.min(restMs, leftMs), undefined, { signal });
  }
}

/**
 * Whether any process on this machine has the file open for writing; `fd` must be open for reading only.
 * Asks for a read lease, which fcntl(2) (F_SETLEASE) grants only when there is no such process, and returns it at once.
 * `unknown` where leases are not to be had: not Linux, another user's file, some network file systems.
 */
export function openForWriting(fd: number): "yes" | "no" | "unknown" {
  const { SIGURG } = constants.signals;
  if (process.platform !== "linux" || SIGURG === undefined) return "unknown";
  // A broken lease must not end this process: SIGURG is ignored by default, the usual SIGIO is not.
  if (call((binding) => binding.fcntl(fd, setSignal, SIGURG)) !== 0) return "unknown";
  const errno = call((binding) => binding.fcntl(fd, setLease, leaseRead));
  if (errno === 0) {
    call((binding) => binding.fcntl(fd, setLease, leaseNone));
    return "no";
  }
  return errno === constants.errno.EAGAIN ? "yes" : "unknown";
}
