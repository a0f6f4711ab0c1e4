import { accessSync, constants, globSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import picomatch from "picomatch";
import type { Config } from "../config.ts";
import { errnoOf, Failure } from "../errors.ts";
import { userHome } from "../home.ts";
import { lazily } from "../lazily.ts";
import { agentPlaces } from "./agents.ts";
import { parseArchiveName } from "./archive-name.ts";

/** One place that telemetry comes from. */
export interface Source {
  readonly name: string;
  /** A path or a glob. */
  readonly pattern: string;
  /** Whether it is read; agents' transcripts are private and only read when enabled. */
  readonly enabled: boolean;
  /** What to type to enable it; empty when it needs nothing. */
  readonly enable: string;
}

/** A file to follow; a rotated one names the log that it was. */
export interface FoundFile {
  readonly file: string;
  readonly rotatedFrom: string | null;
}

/** The directory of the stack's own telemetry. */
export function telemetryDirectory(config: Config): string {
  return resolve(config.values["telemetry.directory"] ?? join(config.home, "telemetry"));
}

/** Every place that is looked at, enabled or not, own telemetry first. */
export function listSources(config: Config): Source[] {
  const own = (name: string, pattern: string): Source => ({ name, pattern, enabled: true, enable: "" });
  const home = userHome();
  const older = home === null ? [] : [join(home, ".local/share/nixos-ai-stack/telemetry", "*-events.jsonl")];
  return [
    own("stack", join(telemetryDirectory(config), "*-events.jsonl")),
    ...older.map((pattern) => own("older stack", pattern)),
    ...config.values["telemetry.sources"].map((pattern) => own("configured", resolve(pattern))),
    ...agentPlaces(config).map(({ name, pattern, key }) => ({
      name,
      pattern,
      enabled: config.values[key],
      enable: config.values[key] ? "" : `aistack config set ${key} true`,
    })),
  ];
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

const magic = /[*?[{]/;

/** The files of a path or glob that exist now, sorted. */
export function expand(pattern: string): string[] {
  if (!magic.test(pattern)) return [pattern];
  const directory = dirname(pattern);
  if (magic.test(directory) || basename(pattern).includes("**")) return globSync(pattern).toSorted();
  // One directory is listed at a tenth of a glob's cost.
  const matches = matcherOf(basename(pattern));
  return names(directory)
    .filter((name) => matches(name))
    .toSorted()
    .map((name) => join(directory, name));
}

/** Checks a source named by the user; Failure `source` says what it is instead of a readable file. */
export function checkSource(pattern: string): string {
  const path = resolve(pattern);
  const files = expand(path);
  const fail = (why: string, hint: string): never => {
    throw new Failure("source", { what: `The source ${pattern} was not read`, why, hint });
  };
  if (files.length === 0) fail("no file matches it", `Type: ls ${dirname(path)}`);
  for (const file of files) {
    try {
      const stat = statSync(file);
      if (stat.isDirectory()) fail("it is a directory", `Name files: --source '${join(pattern, "*.jsonl")}'`);
      if (!stat.isFile()) fail("it is not a regular file (a pipe, a device or a socket)", "Write it to a file first");
      // Of several, one that cannot be read is warned of, and the others are.
      if (files.length === 1) accessSync(file, constants.R_OK);
    } catch (error) {
      if (error instanceof Failure) throw error;
      const gone = errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR";
      fail(
        gone ? "it does not exist" : `this user may not read it (${errnoOf(error)})`,
        `Type: ls -ld ${dirname(path)} ${path}`,
      );
    }
  }
  return path;
}

/** A directory that is followed: the logs that are there, and whether a name would be one. */
interface Followed {
  readonly live: Set<string>;
  readonly isLog: ((name: string) => boolean)[];
}

function rotatedNames(directory: string, { live, isLog }: Followed): FoundFile[] {
  const found: FoundFile[] = [];
  const wasLog = (name: string) => live.has(name) || isLog.some((matches) => matches(name));
  for (const name of names(directory)) {
    const log = /^(.+?)(?:\.\d+|-\d{8}[\dT_.Z-]*)$/.exec(name)?.[1];
    if (log !== undefined && !live.has(name) && wasLog(log)) {
      found.push({ file: join(directory, name), rotatedFrom: join(directory, log) });
    }
  }
  for (const name of names(join(directory, "archive"))) {
    const archive = parseArchiveName(name);
    if (archive === null || archive.compression !== null || !wasLog(`${archive.log}.jsonl`)) continue;
    found.push({ file: join(directory, "archive", name), rotatedFrom: join(directory, `${archive.log}.jsonl`) });
  }
  return found;
}

/**
 * The files behind patterns: the logs themselves, and what was rotated from them beside them and in `archive/`
 * and is not compressed, even where the log itself is not there at the moment.
 */
export function discover(patterns: readonly string[]): FoundFile[] {
  const files = new Set<string>();
  const directories = new Map<string, Followed>();
  const followed = (directory: string): Followed => {
    const known = directories.get(directory) ?? { live: new Set(), isLog: [] };
    directories.set(directory, known);
    return known;
  };
  for (const pattern of patterns) {
    if (!magic.test(dirname(pattern))) followed(dirname(pattern)).isLog.push(matcherOf(basename(pattern)));
    for (const file of expand(pattern)) {
      files.add(file);
      followed(dirname(file)).live.add(basename(file));
    }
  }
  const rotated = [...directories].flatMap(([directory, one]) => rotatedNames(directory, one));
  return [
    ...[...files].map((file) => ({ file, rotatedFrom: null })),
    ...rotated.filter(({ file }) => !files.has(file)),
  ];
}

const matchers = new Map<string, (name: string) => boolean>();

// Made once: the same few patterns are looked for every second.
function matcherOf(name: string): (name: string) => boolean {
  const known = matchers.get(name);
  if (known) return known;
  // Made when there is a name to match: most places that are looked at are not there.
  const matches = lazily(() => picomatch(name));
  const made = magic.test(name) ? (other: string) => matches()(other) : (other: string) => other === name;
  matchers.set(name, made);
  return made;
}

/**
 * Opens a look at the files behind patterns that several followers share: what one found serves the others for ten
 * times as long as finding it took, at most `ageMs`.
 */
export function openDiscovery(patterns: readonly string[], ageMs: number): () => readonly FoundFile[] {
  let found: readonly FoundFile[] = [];
  let until = 0;
  return () => {
    const started = performance.now();
    if (started < until) return found;
    found = discover(patterns);
    const ended = performance.now();
    until = ended + Math.min(ageMs, 10 * (ended - started));
    return found;
  };
}

/** Whether a name is one of those that patterns stand for, or was rotated from one. */
export function coveredBy(patterns: readonly string[]): (file: string) => boolean {
  const matchers = patterns.map((pattern) => picomatch(pattern, { dot: true }));
  const matches = (file: string) => patterns.includes(file) || matchers.some((match) => match(file));
  return (file) => {
    const archive = parseArchiveName(basename(file));
    return matches(file) || (archive !== null && matches(join(dirname(dirname(file)), `${archive.log}.jsonl`)));
  };
}
