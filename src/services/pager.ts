import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../engine/config.ts";
import { Failure } from "../engine/errors.ts";
import { openPodman } from "./supervisor/podman.ts";

// Everything that is started goes through the one door; here it stands before a program of the user's own.
async function handOver(
  config: Config,
  words: string,
  argument: string,
  options: { readonly signal: AbortSignal },
): Promise<number> {
  const [command = "", ...args] = words.split(" ").filter((word) => word !== "");
  const door = openPodman({ command, environment: config.environment, timeoutMs: 0, parallel: 1 });
  try {
    return await door.handOver([...args, argument], options);
  } catch (error) {
    throw new Failure("failed", {
      what: `${command} was not opened`,
      why: "there is no such program here",
      hint: "Set PAGER or EDITOR to one that there is",
      cause: error,
    });
  }
}

/** Shows a text in the user's pager (`PAGER`, else less), which has the terminal until it ends. */
export async function showInPager(
  config: Config,
  text: string,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "aistack-page-"));
  try {
    const file = join(directory, "text.txt");
    writeFileSync(file, text, { mode: 0o600 });
    await handOver(config, config.environment.PAGER || "less", file, options);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Opens a file in the user's editor (`VISUAL`, `EDITOR`, else vi), which has the terminal until it ends. */
export async function openInEditor(
  config: Config,
  file: string,
  options: { readonly signal: AbortSignal },
): Promise<number> {
  const { VISUAL, EDITOR } = config.environment;
  return handOver(config, VISUAL || EDITOR || "vi", file, options);
}
