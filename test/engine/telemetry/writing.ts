import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";

const runners = { ts: process.execPath, py: "python3", sh: "sh" } as const;

/** A child program and what it has said so far. */
export interface Child {
  readonly process: ChildProcess;
  readonly said: () => string[];
  readonly ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Starts one of the programs in `writers/` with these arguments; it ends at the latest with the temporary directory. */
export function startWriter(name: string, ...args: string[]): Child {
  const script = join(import.meta.dirname, "writers", name);
  const runner = name.endsWith(".ts") ? runners.ts : name.endsWith(".py") ? runners.py : runners.sh;
  const child = spawn(runner, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  running.add(child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<number | null>((done) => child.on("close", (code) => done(code)));
  child.on("close", () => running.delete(child));
  return { process: child, said: () => text.split("\n").slice(0, -1), ended };
}

/** Waits until a condition holds. */
export async function until(condition: () => boolean, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${condition}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** A fresh directory that is gone when it goes out of scope. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "aistack-test-"));
  return {
    path,
    [Symbol.dispose]() {
      for (const child of running) child.kill("SIGKILL");
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** A small disk of its own in a directory, gone with its scope; null where this user may not mount one. */
export function mountDisk(directory: string, size: string): (Disposable & { readonly path: string }) | null {
  const path = join(directory, "disk");
  mkdirSync(path);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]).status !== 0) return null;
  return { path, [Symbol.dispose]: () => spawnSync("umount", ["--lazy", path]) };
}

/** The text of a plain or compressed log. */
export function readLog(file: string): string {
  const bytes = readFileSync(file);
  if (file.endsWith(".zst")) return zstdDecompressSync(bytes).toString();
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
}

/** Every line of a log and of all its archives. */
export function readEverything(file: string, archiveDir: string): string[] {
  const archives = readdirSync(archiveDir).filter(
    (name) => /\.jsonl(\.zst|\.gz)?$/.test(name) && name !== "manifest.jsonl",
  );
  return [file, ...archives.map((name) => join(archiveDir, name))].flatMap((path) =>
    readLog(path).split("\n").slice(0, -1),
  );
}

/** The id of an event line; lines that are no whole event have none. */
export function idOf(line: string): string | null {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event !== "object" || event === null || !("id" in event)) return null;
    return typeof event.id === "string" ? event.id : null;
  } catch {
    return null;
  }
}

/** How often each value occurs. */
export function countEach(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
