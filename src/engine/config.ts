import { dirname } from "node:path";
import { maskAddress } from "./config/address.ts";
import { backpressureSettings } from "./config/backpressure.ts";
import { breakersSettings } from "./config/breakers.ts";
import { datasetSettings } from "./config/dataset.ts";
import { diskSettings } from "./config/disk.ts";
import { embeddingsSettings } from "./config/embeddings.ts";
import { readSettingsFile } from "./config/file.ts";
import { learningSettings } from "./config/learning.ts";
import { limitsSettings } from "./config/limits.ts";
import { podmanSettings } from "./config/podman.ts";
import { qdrantSettings } from "./config/qdrant.ts";
import { rotationSettings } from "./config/rotation.ts";
import type { Setting } from "./config/setting.ts";
import { stackSettings } from "./config/stack.ts";
import { storeSettings } from "./config/store.ts";
import { telemetrySettings } from "./config/telemetry.ts";
import { tuiSettings } from "./config/tui.ts";
import { makeDirectoryNow } from "./disk.ts";
import { Failure, messageOf } from "./errors.ts";
import { type Environment, type Place, placeHome } from "./home.ts";

/** Every setting there is; `aistack config list` and the manual's table are printed from it. */
export const settings = {
  ...telemetrySettings,
  ...learningSettings,
  ...datasetSettings,
  ...embeddingsSettings,
  ...qdrantSettings,
  ...backpressureSettings,
  ...diskSettings,
  ...breakersSettings,
  ...limitsSettings,
  ...rotationSettings,
  ...tuiSettings,
  ...storeSettings,
  ...podmanSettings,
  ...stackSettings,
} as const;

export type SettingKey = keyof typeof settings;
export type Values = {
  readonly [K in SettingKey]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};

/** Where a value came from, weakest first. */
export type Origin = "default" | "file" | "environment" | "flag";

/** The settings in force, frozen, with the home they belong to. */
export interface Config {
  readonly home: string;
  readonly file: string;
  readonly values: Values;
  readonly origins: Readonly<Record<string, Origin>>;
  readonly environment: Environment;
}

/** What the command line may say about configuration. */
export interface Flags extends Place {
  /** `key=value` pairs, the strongest source. */
  readonly set?: readonly string[] | undefined;
  /** Whether what is wrong in the file is passed over, for whoever is about to mend it. */
  readonly mending?: boolean;
}

/** Settings of earlier versions; a file that still names one is none the worse for it. */
const retired: ReadonlySet<string> = new Set(["learning.aheadBytes"]);

/** Whether a word is the name of a setting. */
export function isSetting(key: string): key is SettingKey {
  return Object.hasOwn(settings, key);
}

/** The environment variable of a setting, for example `AISTACK_LEARNING_POLL_MS`. */
export function environmentName(key: string): string {
  return `AISTACK_${key
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll(".", "_")
    .toUpperCase()}`;
}

/** A value as typed on a command line or in the environment: JSON where it is JSON, else the text itself. */
export function parseTyped(key: SettingKey, text: string): unknown {
  if (settings[key].shape().safeParse(text).success) return text;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return Array.isArray(settings[key].fallback) ? text.split(",").map((part) => part.trim()) : text;
  }
}

function nearest(key: string): string {
  const words = new Set(key.toLowerCase().split(/[^a-z]+/));
  const score = (name: string) =>
    name
      .toLowerCase()
      .split(".")
      .filter((word) => words.has(word)).length;
  const best = Object.keys(settings).toSorted((a, b) => score(b) - score(a))[0] ?? "";
  return score(best) > 0 ? `Did you mean ${best}? ` : "";
}

/** Checks one value; Failure `config` names the key, the place and what to type, which depends on where it stands. */
export function checkValue(key: string, value: unknown, place: string, mending?: string): unknown {
  if (!isSetting(key)) {
    throw new Failure("config", {
      what: `The setting ${key} was not used`,
      why: `${place} names it, and there is no such setting`,
      hint: `${nearest(key)}Type: aistack config list`,
    });
  }
  const result = settings[key].shape().safeParse(value);
  if (!result.success) {
    throw new Failure("config", {
      what: `The setting ${key} was not used`,
      why: maskAddress(`${place} gives ${JSON.stringify(value)}, but it must be ${settings[key].accepts}`),
      hint: mending ?? `Type: aistack config set ${key} ${JSON.stringify(settings[key].fallback)}`,
    });
  }
  return result.data;
}

/** The environment of this process, for what is no setting: the shell, the wish for no colours. */
export function readEnvironment(): Environment {
  return process.env;
}

// One bad key must not lock the way to mend it.
function passedOver<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure && error.code === "config") return null;
    throw error;
  }
}

/**
 * The settings in force: defaults, then the file, then `AISTACK_*`, then flags; frozen.
 * Fails with `config` naming the key and the place for an unknown key or a value out of bounds.
 */
export function openConfig(flags: Flags = {}, environment: Environment = process.env): Config {
  const { home, file } = placeHome(flags, environment);
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const put = (key: string, value: unknown, place: string, origin: Origin, mending?: string) => {
    values[key] = checkValue(key, value, place, mending);
    origins[key] = origin;
  };
  for (const [key, { fallback }] of Object.entries(settings)) {
    values[key] = fallback;
    origins[key] = "default";
  }
  const inFile = flags.mending === true ? passedOver(() => readSettingsFile(file)) : readSettingsFile(file);
  for (const [key, value] of inFile ?? []) {
    if (retired.has(key)) continue;
    if (flags.mending === true) passedOver(() => put(key, value, file, "file"));
    else put(key, value, file, "file");
  }
  for (const key of Object.keys(settings).filter(isSetting)) {
    const text = environment[environmentName(key)];
    const name = environmentName(key);
    if (text !== undefined && text !== "")
      put(key, parseTyped(key, text), `The environment variable ${name}`, "environment", `Type: unset ${name}`);
  }
  for (const pair of flags.set ?? []) {
    const [key = "", ...rest] = pair.split("=");
    const place = `The flag --set ${pair}`;
    if (!isSetting(key)) checkValue(key, null, place);
    else put(key, parseTyped(key, rest.join("=")), place, "flag", "Give another value. Type: aistack config list");
  }
  return Object.freeze({ home, file, values: parseValues(values), origins, environment });
}

// Every value came through checkValue or is a default, so all that is left to see is that none is missing.
function isValues(values: Readonly<Record<string, unknown>>): values is Values {
  return Object.keys(settings).every((key) => Object.hasOwn(values, key));
}

function parseValues(values: Readonly<Record<string, unknown>>): Values {
  if (!isValues(values))
    throw new Failure("config", { what: "The configuration was not used", why: "a setting is missing" });
  return Object.freeze(values);
}

/** Writes one setting to the configuration file (through conf), or removes it when the value is undefined. */
export async function saveSetting(config: Config, key: SettingKey, value: unknown): Promise<void> {
  const { default: Conf } = await import("conf");
  const directory = dirname(config.file);
  try {
    // Conf's own way to make it never ends below /proc.
    makeDirectoryNow(directory);
    const conf = new Conf({ cwd: directory, configName: "config", configFileMode: 0o600 });
    if (value === undefined) conf.delete(key);
    else conf.set(key, checkValue(key, value, "The command line"));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("home", {
      what: `The setting ${key} was not saved`,
      why: messageOf(error),
      hint: `Make ${directory} writable, or give another place with --home`,
      cause: error,
    });
  }
}
