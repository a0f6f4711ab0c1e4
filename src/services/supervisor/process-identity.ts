import { readFileSync } from "node:fs";

/** A process and when it began, so that a later process with its number is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly begun: string;
}

function begunOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? null : (rest[18] ?? null);
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
