import { readFileSync } from "node:fs";

/** Whether the shell has put this process in front, so that it may use the terminal; where nobody can tell, it has. */
export function isInFront(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Where the terminal is gone (-1) nobody is in front, and where whoever is lives in another namespace (0) nobody can
    // tell: nothing is to be waited for.
    return group === foreground || Number(foreground) <= 0;
  } catch {
    return true;
  }
}
