import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";

// Looks at every byte of every file below some directories, again and again until its input ends, and says where marked
// words stand; also at files that a program has open and that no name leads to. Usage: watch-leaks.ts MARKS PIDFILE DIRECTORY…
const [given = "", pidFile = "", ...directories] = process.argv.slice(2);
const marks = given.split(",");
const said = new Set<string>();
let looks = 0;

function look(file: string, name = file): void {
  let bytes: Buffer;
  try {
    if (!statSync(file).isFile()) return;
    bytes = readFileSync(file);
  } catch {
    return;
  }
  for (const mark of marks) {
    const at = bytes.indexOf(mark);
    if (at < 0 || said.has(`${name} ${mark}`)) continue;
    said.add(`${name} ${mark}`);
    process.stdout.write(
      `${JSON.stringify({ file: name, at, around: bytes.toString("latin1", Math.max(0, at - 300), at + 80) })}\n`,
    );
  }
}

function walk(directory: string): void {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) look(path);
    }
  } catch {
    // It was removed meanwhile.
  }
}

function openFiles(): void {
  try {
    const pid = readFileSync(pidFile, "utf8");
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      if (target.endsWith(" (deleted)")) look(`/proc/${pid}/fd/${fd}`, target);
    }
  } catch {
    // It ended meanwhile.
  }
}

process.stdin.on("end", () => {
  process.stdout.write(`${JSON.stringify({ looks })}\n`);
  process.exit();
});
process.stdin.resume();
setInterval(() => {
  for (const directory of directories) walk(directory);
  openFiles();
  looks++;
}, 3);
