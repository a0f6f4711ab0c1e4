import { fstatSync, readFileSync } from "node:fs";

/** The processes that hold the flock of an open file as far as the kernel tells (Linux), for people to read. */
export function describeHolders(fd: number): string {
  const holders = new Set<string>();
  try {
    const { ino } = fstatSync(fd, { bigint: true });
    for (const line of readFileSync("/proc/locks", "utf8").split("\n")) {
      const match = /^\d+: FLOCK +\S+ +WRITE +(\d+) +\S+:(\d+) /.exec(line);
      if (match?.[1] !== undefined && match[2] === String(ino)) holders.add(nameProcess(match[1]));
    }
  } catch {
    // Not Linux, or /proc is closed to us: the sentence below stays honest.
  }
  return holders.size > 0 ? [...holders].join(", ") : "a process that cannot be seen from here";
}

function nameProcess(pid: string): string {
  try {
    return `process ${pid} (${readFileSync(`/proc/${pid}/comm`, "utf8").trim()})`;
  } catch {
    return pid === "0" ? "a process in another container" : `process ${pid}`;
  }
}
