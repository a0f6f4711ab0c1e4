import { fstatSync, readFileSync } from "node:fs";
import { basename } from "node:path";

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

// Node calls every program that it runs MainThread; its first words tell which one it is.
function commandOf(pid: string): string {
  const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  if (name !== "MainThread" && name !== "node") return name;
  const words = readFileSync(`/proc/${pid}/cmdline`, "utf8")
    .split("\0")
    .filter((word) => word !== "");
  const [program, ...rest] = words.slice(words.findIndex((word, at) => at > 0 && !word.startsWith("-")));
  return program === undefined ? name : [basename(program).replace(/\.js$/, ""), ...rest].slice(0, 2).join(" ");
}

function nameProcess(pid: string): string {
  try {
    return `process ${pid} (${commandOf(pid)})`;
  } catch {
    return pid === "0" ? "a process in another container" : `process ${pid}`;
  }
}
