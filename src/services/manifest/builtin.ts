import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Config, environmentName, isSetting, parseTyped, settings } from "../../engine/config.ts";
import { telemetryDirectory } from "../../engine/telemetry/sources.ts";
import { shippedCompose } from "../shipped.ts";
import { version } from "../version.ts";

/** The directory of the installed program: the one with its Containerfile, which is for the whole of it. */
export function packageDirectory(): string {
  let at = dirname(shippedCompose);
  while (!existsSync(join(at, "Containerfile")) && dirname(at) !== at) at = dirname(at);
  return at;
}

/** The variables that a Compose file may use beside the user's own; they cannot be overridden. */
export function builtinVariables(config: Config): Readonly<Record<string, string>> {
  return {
    AISTACK_HOME: config.home,
    AISTACK_TELEMETRY: telemetryDirectory(config),
    AISTACK_PACKAGE: packageDirectory(),
    AISTACK_VERSION: version,
    AISTACK_UID: String(process.getuid?.() ?? 1000),
    AISTACK_GID: String(process.getgid?.() ?? 1000),
  };
}

/**
 * The settings of a group that are not the default, as the environment that gives them to another process of ours; null
 * when there is no such group.
 */
export function settingsOf(config: Config, group: string): Record<string, string> | null {
  if (!Object.keys(settings).some((key) => key.startsWith(`${group}.`))) return null;
  const given = Object.entries(config.values).filter(
    ([key, value]) =>
      isSetting(key) &&
      key.startsWith(`${group}.`) &&
      config.origins[key] !== "default" &&
      // Where any text is a value, the word null is one too, and unset is what its reader has anyway.
      (value !== null || parseTyped(key, "null") === null),
  );
  return Object.fromEntries(
    given.map(([key, value]) => [environmentName(key), typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
