import { fstatSync, readFileSync } from "node:fs";

/** The processes that hold the flock of an open file, by number, as far as the kernel tells (Linux). */
export function readHolders(fd: number): ReadonlySet<string> {
  const holders = new Set<string>();
  try {
    const { ino } = fstatSync(fd, { bigint: true });
    for (const line of readFileSync("/proc/locks", "utf8").split("\n")) {
      const match = /^\d+: FLOCK +\S+ +WRITE +(\d+) +\S+:(\d+) /.exec(line);
      if (match?.[1] !== undefined && match[2] === String(ino)) holders.add(match[1]);
    }
  } catch {
    // Not Linux, or /proc is closed to us: nobody can be named.
  }
  return holders;
}

/** The processes that hold the flock of an open file, for people to read. */
export function describeHolders(fd: number): string {
  const holders = [...readHolders(fd)].map(nameProcess);
  return holders.length > 0 ? holders.join(", ") : "a process that cannot be seen from here";
}

function nameProcess(pid: string): string {
  try {
    return `process ${pid} (${readFileSync(`/proc/${pid}/comm`, "utf8").trim()})`;
  } catch {
    return pid === "0" ? "a process in another container" : `process ${pid}`;
  }
}
