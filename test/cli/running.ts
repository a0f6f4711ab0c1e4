import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, onTestFinished } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = join(root, "dist", "aistack.js");

/** The recorded samples that come with the project. */
export const fixtures = join(root, "fixtures");

/** A directory that is gone after the test. */
export function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "aistack-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A directory that is gone after the tests of this file. */
export function lasting(): string {
  const directory = mkdtempSync(join(tmpdir(), "aistack-test-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs the built program to its end. */
export function aistack(
  args: readonly string[],
  options: { input?: string; inputFile?: string; env?: Record<string, string> } = {},
) {
  const file = options.inputFile === undefined ? null : openSync(options.inputFile, "r");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
    ...(file === null ? { input: options.input ?? "" } : { stdio: [file, "pipe", "pipe"] }),
    maxBuffer: 1e9,
    timeout: 300_000,
    killSignal: "SIGKILL",
    env: { ...process.env, ...options.env },
  });
  if (file !== null) closeSync(file);
  return { status, stdout, stderr };
}

/** Runs the built program and parses the one JSON object it prints. */
export function aistackJson(args: readonly string[]) {
  const { stdout, stderr, status } = aistack([...args, "--json"]);
  if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Starts the built program and leaves it running. */
export function startAistack(args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (part) => {
    text += part;
  });
  child.stderr.on("data", (part) => {
    text += part;
  });
  const ended = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, ended, text: () => text };
}

/** Waits until something holds. */
export async function until(holds: () => boolean, withinMs = 20_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error("it did not come to hold in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
