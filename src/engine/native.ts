import { createRequire } from "node:module";
import type koffiModule from "koffi";
import { Failure, messageOf } from "./errors.ts";

/** What is asked of the C library beyond what Node offers; -1 is an error, of which `errno` tells which. */
export interface Native {
  flock(fd: number, operation: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  errno(): number;
}

let loaded: Native | undefined;

function koffi(): typeof koffiModule {
  return createRequire(import.meta.url)("koffi");
}

/** The functions that locks are made of; fails with `dependency` where they cannot be had. */
export function native(): Native {
  if (loaded !== undefined) return loaded;
  try {
    const binding = koffi();
    const library = binding.load(null);
    const flock: Native["flock"] = library.func("int flock(int fd, int operation)");
    const fcntl: Native["fcntl"] = library.func("int fcntl(int fd, int command, int argument)");
    loaded = { flock, fcntl, errno: () => binding.errno() };
    return loaded;
  } catch (error) {
    throw new Failure("dependency", {
      what: "Telemetry files cannot be locked",
      why: `the flock binding did not load (${messageOf(error)})`,
      hint: "Type: npm install",
      cause: error,
    });
  }
}

const bytesToRead = 0x541b;

/**
 * How many bytes stand ready in an open pipe, socket or file; nothing is read and nothing waited for. 0 where that
 * cannot be told.
 */
export function readyBytes(fd: number): number {
  if (process.platform !== "linux") return 0;
  try {
    const count = Buffer.alloc(4);
    const ioctl = koffi().load(null).func("int ioctl(int fd, unsigned long request, void *count)");
    return ioctl(fd, bytesToRead, count) === 0 ? Math.max(0, count.readInt32LE()) : 0;
  } catch {
    return 0;
  }
}

/**
 * How to give back to the system what was freed: other threads' memory stays in arenas of their own until glibc is asked
 * for it (malloc_trim(3), about 2 ms). Does nothing with another C library.
 */
export function openTrim(): () => void {
  try {
    const trim = koffi().load(null).func("int malloc_trim(size_t pad)");
    return () => void trim(0);
  } catch {
    return () => undefined;
  }
}
