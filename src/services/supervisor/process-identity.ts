import { closeSync, openSync, readSync } from "node:fs";

/** A process and when it began, so that a later process with its number is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly begun: string;
}

const space = 32;
// From the state, the third field of /proc/PID/stat, to the time of the start, the twenty-second.
const fieldsToBegin = 19;
const memory = Buffer.alloc(1024);

// Asked of every container again and again, so it is the cheapest way: one read, into memory that is there already.
function begunOf(pid: number): string | null {
  try {
    const fd = openSync(`/proc/${pid}/stat`, "r");
    try {
      const length = readSync(fd, memory, 0, memory.length, 0);
      let at = memory.lastIndexOf(")", length) + 2;
      const state = String.fromCharCode(memory[at] ?? 0);
      for (let fields = 0; fields < fieldsToBegin && at < length; at++) if (memory[at] === space) fields++;
      return state === "Z" || state === "X" ? null : memory.toString("latin1", at, memory.indexOf(" ", at));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** Who a process is that Podman names: one that is gone already is known as such, and 0 is nobody. */
export function identifyNamed(pid: number): ProcessIdentity | null {
  return pid > 0 ? (identify(pid) ?? { pid, begun: "gone" }) : null;
}

/** Who a process is now; null when it cannot be seen (gone, or not on this Linux). */
export function identify(pid: number): ProcessIdentity | null {
  const begun = pid > 0 ? begunOf(pid) : null;
  return begun === null ? null : { pid, begun };
}

/** Whether a process still runs. */
export function isAlive({ pid, begun }: ProcessIdentity): boolean {
  return begunOf(pid) === begun;
}
