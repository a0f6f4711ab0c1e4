import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../engine/config.ts";
import { Failure } from "../../engine/errors.ts";
import type { Tier } from "../../engine/tiers.ts";
import type { Given, Plain } from "../action.ts";
import { type LoadedStack, loadStack } from "../manifest/load.ts";
import type { Stack } from "../stack.ts";
import { seesProcesses } from "../supervisor/plan.ts";
import { openPodman, type Podman } from "../supervisor/podman.ts";
import type { Stage } from "../supervisor/stage.ts";
import type { CommandRun } from "../supervisor/state.ts";
import { typed } from "../supervisor/typed.ts";
import { readWanted } from "../supervisor/wanted.ts";

/** A command line that says nothing. */
export const nothing: Given = { text: () => null, number: () => null, flag: () => false, list: () => [] };

/** Opens the door to Podman as the settings say. */
export function podmanOf({ values, environment }: Config, onRun?: (run: CommandRun) => void): Podman {
  return openPodman({
    command: values["podman.command"],
    environment,
    timeoutMs: values["podman.timeoutMs"],
    parallel: values["podman.parallel"],
    ...(onRun === undefined ? {} : { onRun }),
  });
}

/** Whether systemd runs here for this user, so that Podman's health timers are run. */
export function hasTimers({ environment }: Config): boolean {
  if (!existsSync("/run/systemd/system")) return false;
  if (process.getuid?.() === 0) return true;
  return environment.XDG_RUNTIME_DIR !== undefined && existsSync(join(environment.XDG_RUNTIME_DIR, "systemd/private"));
}

/** A stage with how its manifest came about. */
export interface OpenedStage extends Stage {
  readonly loaded: LoadedStack;
}

function tierOf(text: string | null): Tier | "auto" | undefined {
  return text === "auto" || text === "minimal" || text === "standard" || text === "full" ? text : undefined;
}

/**
 * Loads the stack and opens the door to Podman. What the command line leaves open is as the last `up` had it. Fails with
 * `usage` for a service or profile that does not exist, before anything is started.
 */
export async function openStage(stack: Stack, given: Given, names: readonly string[] = []): Promise<OpenedStage> {
  const { config, emit } = stack;
  const last = readWanted(config.home);
  const profiles = given.list("profile");
  const options = {
    tier: tierOf(given.text("tier") ?? last?.tier ?? null),
    profiles: profiles.length > 0 ? profiles : (last?.profiles ?? []),
  };
  const loaded = await loadStack(config, { ...options, names: [...names, ...(last?.named ?? [])] }).catch(
    (error: unknown) => {
      // What an earlier `up` named may have left the file since.
      if (!(error instanceof Failure) || error.code !== "usage") throw error;
      return loadStack(config, { ...options, names });
    },
  );
  return {
    loaded,
    manifest: loaded.manifest,
    podman: podmanOf(config, stack.onRun),
    say: emit,
    timers: hasTimers(config),
    root: process.getuid?.() === 0,
    local: seesProcesses(config.environment),
    changeTimeoutMs: config.values["podman.changeTimeoutMs"],
    unhealthyGraceMs: config.values["podman.unhealthyGraceMs"],
    parallel: config.values["podman.parallel"],
  };
}

/** Podman commands one a line for people, or as lists for programs. */
export function printCommands(
  json: boolean,
  read: () => Promise<readonly (readonly string[])[]>,
): Promise<Plain> | AsyncIterable<string> {
  if (json) return read().then((commands) => ({ dryRun: true, commands }));
  return (async function* () {
    for (const argv of await read()) yield typed(argv);
  })();
}
