import { dirname } from "node:path";
import * as z from "zod";
import { readSettingsFile } from "./config-file.ts";
import { Failure, messageOf } from "./errors.ts";
import { type Environment, type Place, placeHome } from "./home.ts";

const mebibyte = 1024 * 1024;
const bytes = () => z.int().min(1);
const path = () => z.string().min(1);

/** One setting: what it accepts, what it is when nobody says otherwise, and one sentence about it. */
interface Setting<T> {
  /** Made when it is needed: a start that needs no schema makes none. */
  readonly shape: () => z.ZodType<T>;
  readonly fallback: T;
  readonly accepts: string;
  readonly sentence: string;
}

function setting<T>(shape: () => z.ZodType<T>, fallback: NoInfer<T>, accepts: string, sentence: string): Setting<T> {
  return { shape, fallback, accepts, sentence };
}

/** Every setting there is; `aistack config list` and the manual's table are printed from it. */
export const settings = {
  "telemetry.directory": setting(
    () => path().nullable(),
    null,
    "path or null",
    "Directory of the stack's own telemetry; null means `telemetry` in the home.",
  ),
  "telemetry.sources": setting(
    () => z.array(path()),
    [],
    "list of paths or globs",
    "Further files to follow, as paths or globs.",
  ),
  "telemetry.claudeCode": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read Claude Code session transcripts under `~/.claude/projects`; private, so off until you say so.",
  ),
  "telemetry.codex": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read Codex CLI rollouts under `~/.codex/sessions`; private, so off until you say so.",
  ),
  "telemetry.maxLineBytes": setting(
    () =>
      z
        .int()
        .min(1024)
        .max(64 * mebibyte),
    8 * mebibyte,
    "1024 to 67108864",
    "Longest line that is read, in bytes; a longer one is counted as `line_too_long` and skipped.",
  ),
  "telemetry.lockTimeoutMs": setting(
    () => z.int().min(1).max(600_000),
    5000,
    "1 to 600000",
    "How long a writer waits for the lock of a telemetry file, in milliseconds.",
  ),
  "learning.checkpointEvents": setting(
    () => z.int().min(1).max(100_000),
    100,
    "1 to 100000",
    "Most events at risk between two checkpoints.",
  ),
  "learning.checkpointMs": setting(
    () => z.int().min(10).max(60_000),
    1000,
    "10 to 60000",
    "Longest time between two checkpoints while events arrive, in milliseconds.",
  ),
  "learning.pollMs": setting(
    () => z.int().min(10).max(60_000),
    250,
    "10 to 60000",
    "Pause between two looks at files that had nothing new, in milliseconds.",
  ),
  "learning.rejectedKept": setting(
    () => z.int().min(0).max(10_000_000),
    100_000,
    "0 to 10000000",
    "Addresses of bad lines kept for `learn --rejected`; the oldest go first.",
  ),
  "learning.zeroYieldEvents": setting(
    () => z.int().min(1).max(1_000_000),
    50,
    "1 to 1000000",
    "Warn when a source has given this many events and not one lesson.",
  ),
  "dataset.path": setting(
    () => path().nullable(),
    null,
    "path or null",
    "The fine-tuning dataset; null means `dataset.jsonl` in the home.",
  ),
  "dataset.readyPairs": setting(
    () => z.int().min(1).max(100_000_000),
    1000,
    "1 or more",
    "Pairs from which the dataset counts as ready for fine-tuning.",
  ),
  "embeddings.url": setting(
    () => z.url({ protocol: /^https?$/ }).nullable(),
    null,
    "http(s) URL or null",
    "Base URL of an OpenAI-compatible embeddings server; null means the built-in lexical vectors.",
  ),
  "embeddings.model": setting(
    () => path().nullable(),
    null,
    "name or null",
    "Model to ask the embeddings server for; needed when a URL is set.",
  ),
  "embeddings.dimensions": setting(
    () => z.int().min(1).max(16_384).nullable(),
    null,
    "1 to 16384 or null",
    "Length of that model's vectors; needed when a URL is set.",
  ),
  "embeddings.timeoutMs": setting(
    () => z.int().min(10).max(600_000),
    10_000,
    "10 to 600000",
    "How long one embeddings request may take, in milliseconds.",
  ),
  "backpressure.pauseBytes": setting(
    () => bytes(),
    100 * mebibyte,
    "1 or more",
    "Backlog above which intake pauses and optional work is put off, in bytes.",
  ),
  "backpressure.resumeShare": setting(
    () => z.number().min(0.01).max(1),
    0.8,
    "0.01 to 1",
    "Share of that backlog below which intake resumes.",
  ),
  "rotation.maxBytes": setting(
    () => bytes(),
    50 * mebibyte,
    "1 or more",
    "Size from which a log is rotated, in bytes.",
  ),
  "rotation.maxAgeHours": setting(
    () => z.number().positive().nullable(),
    null,
    "hours or null",
    "Age from which a log is rotated, in hours; null means never for its age.",
  ),
  "rotation.at": setting(
    () =>
      z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
        .nullable(),
    null,
    "HH:MM or null",
    "Local time of day at which every log that is not empty is rotated.",
  ),
  "rotation.compression": setting(
    () => z.enum(["zstd", "gzip"]),
    "zstd",
    "zstd or gzip",
    "How archives are compressed.",
  ),
  "rotation.checkMinutes": setting(
    () => z.number().min(0.01).max(1440).nullable(),
    5,
    "minutes or null",
    "How often `learn` looks whether a log is due for rotation; null leaves it to `aistack rotate`.",
  ),
  "rotation.retentionDays": setting(
    () => z.number().positive().nullable(),
    30,
    "days or null",
    "Archives older than this are removed; null keeps them.",
  ),
  "rotation.retentionCount": setting(
    () => z.int().min(1).nullable(),
    null,
    "number or null",
    "Most archives kept of one log; null means any number.",
  ),
  "rotation.retentionBytes": setting(
    () => bytes().nullable(),
    null,
    "bytes or null",
    "Most bytes of archives kept in one directory; null means any size.",
  ),
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
}

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

/** Checks one value; Failure `config` names the key, the place and what to type. */
export function checkValue(key: string, value: unknown, place: string): unknown {
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
      why: `${place} gives ${JSON.stringify(value)}, but it must be ${settings[key].accepts}`,
      hint: `Type: aistack config set ${key} ${JSON.stringify(settings[key].fallback)}`,
    });
  }
  return result.data;
}

/**
 * The settings in force: defaults, then the file, then `AISTACK_*`, then flags; frozen.
 * Fails with `config` naming the key and the place for an unknown key or a value out of bounds.
 */
export function openConfig(flags: Flags = {}, environment: Environment = process.env): Config {
  const { home, file } = placeHome(flags, environment);
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const put = (key: string, value: unknown, place: string, origin: Origin) => {
    values[key] = checkValue(key, value, place);
    origins[key] = origin;
  };
  for (const [key, { fallback }] of Object.entries(settings)) {
    values[key] = fallback;
    origins[key] = "default";
  }
  for (const [key, value] of readSettingsFile(file)) put(key, value, file, "file");
  for (const key of Object.keys(settings).filter(isSetting)) {
    const text = environment[environmentName(key)];
    if (text !== undefined && text !== "")
      put(key, parseTyped(key, text), `The environment variable ${environmentName(key)}`, "environment");
  }
  for (const pair of flags.set ?? []) {
    const [key = "", ...rest] = pair.split("=");
    const place = `The flag --set ${pair}`;
    if (!isSetting(key)) checkValue(key, null, place);
    else put(key, parseTyped(key, rest.join("=")), place, "flag");
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
