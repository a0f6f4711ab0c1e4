import { accessSync, closeSync, constants, openSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Config } from "../config.ts";
import { errnoOf, Failure } from "../errors.ts";
import { userHome } from "../home.ts";
import { holdYoungSpace } from "../memory.ts";
import { agentPlaces } from "./agents.ts";
import { parseArchiveName } from "./archive-name.ts";
import { type Packing, parseGeneration } from "./generation.ts";
import { readAt } from "./identity.ts";
import { lookAt } from "./odd-file.ts";
import {
  escapeGlob,
  expand,
  isFlat,
  literalFirst,
  matcherOf,
  matchesAny,
  namesIn,
  splitPattern,
} from "./source-pattern.ts";

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
  /** How it is compressed; null for a plain file. */
  readonly packed: Packing | null;
  /** The path it had before it was compressed. */
  readonly plain: string;
}

/** The directory of the stack's own telemetry. */
export function telemetryDirectory(config: Config): string {
  return resolve(config.values["telemetry.directory"] ?? join(config.home, "telemetry"));
}

/** The pattern of the stack's own telemetry, whatever signs are in the name of its directory. */
export function ownTelemetry(config: Config): string {
  return join(escapeGlob(telemetryDirectory(config)), "*-events.jsonl");
}

/** Every place that is looked at, enabled or not, own telemetry first. */
export function listSources(config: Config): Source[] {
  const own = (name: string, pattern: string): Source => ({ name, pattern, enabled: true, enable: "" });
  const home = userHome();
  const older =
    home === null ? [] : [join(escapeGlob(home), ".local/share/nixos-ai-stack/telemetry", "*-events.jsonl")];
  return [
    own("stack", ownTelemetry(config)),
    ...older.map((pattern) => own("older stack", pattern)),
    ...config.values["telemetry.sources"].map((pattern) => own("configured", literalFirst(pattern))),
    ...agentPlaces(config).map(({ name, pattern, key }) => ({
      name,
      pattern,
      enabled: config.values[key],
      enable: config.values[key] ? "" : `aistack config set ${key} true`,
    })),
  ];
}

const signatures = [
  ["gzip", "1f8b"],
  ["zstd", "28b52ffd"],
  ["bzip2", "425a68"],
  ["xz", "fd377a58"],
  ["zip", "504b0304"],
] as const;

// By its first bytes: none of these can begin a line of JSON.
function packingOf(file: string): string | null {
  const fd = openSync(file, "r");
  try {
    const head = readAt(fd, 0, 4).toString("hex");
    return signatures.find(([, bytes]) => head.startsWith(bytes))?.[0] ?? null;
  } finally {
    closeSync(fd);
  }
}

// Why a file is not read, and what to do; null when it is.
function refusalOf(file: string, pattern: string): { why: string; hint: string } | null {
  const look = lookAt(file);
  const hint = `Type: ls -ld ${dirname(file)} ${file}`;
  if (look.kind === "nothing") return { why: "it does not exist", hint };
  if (look.kind === "odd") {
    if (look.why === "it is a directory")
      return { why: look.why, hint: `Name files: --source '${join(pattern, "*.jsonl")}'` };
    return { why: look.why, hint: look.why.includes("not a regular file") ? "Write it to a file first" : hint };
  }
  try {
    accessSync(file, constants.R_OK);
    return null;
  } catch (error) {
    return { why: `this user may not read it (${errnoOf(error)})`, hint };
  }
}

// What was rotated from a log may be compressed, a log of its own may not.
function refusalOfLog(file: string, pattern: string): { why: string; hint: string } | null {
  const refusal = refusalOf(file, pattern);
  const packed = refusal === null ? packingOf(file) : null;
  if (packed === null) return refusal;
  const why = `it is compressed (${packed}), and is only read so as what was rotated from a log that is followed`;
  return { why, hint: `Name its log, or unpack it first and name what comes out. Type: file ${file}` };
}

/**
 * Checks a source named by the user and gives its pattern: an existing path is taken literally. Failure `source` says
 * what it is when there is no readable file; of several, those that cannot be read are warned of by who reads them.
 */
export function checkSource(named: string): string {
  // Ten thousand names may be made at once, before any of them is followed.
  holdYoungSpace();
  const pattern = literalFirst(named);
  const files = expand(pattern);
  const fail = (why: string, hint: string): never => {
    throw new Failure("source", { what: `The source ${named} was not read`, why, hint });
  };
  const [first] = files;
  // A log that was rotated and is not there again yet is still one.
  if (discoverAll([pattern]).some(({ file, rotatedFrom }) => rotatedFrom !== null && refusalOf(file, named) === null))
    return pattern;
  if (first === undefined) return fail("no file matches it", `Type: ls ${dirname(resolve(named))}`);
  const refusal = refusalOfLog(first, named);
  if (refusal !== null && files.slice(1).every((file) => refusalOfLog(file, named) !== null)) {
    fail(
      files.length === 1 ? refusal.why : `of its ${files.length} files none can be read; ${first}: ${refusal.why}`,
      refusal.hint,
    );
  }
  return pattern;
}

/** A directory that is followed: the logs that are there, and whether a name would be one. */
interface Followed {
  readonly live: Set<string>;
  readonly isLog: ((name: string) => boolean)[];
}

interface Aged extends FoundFile {
  readonly age: string;
}

function rotatedNames(directory: string, { live, isLog }: Followed): Aged[] {
  const found: Aged[] = [];
  const wasLog = (name: string) => live.has(name) || isLog.some((matches) => matches(name));
  for (const name of namesIn(directory)) {
    const generation = parseGeneration(name);
    if (generation === null) continue;
    // A name that a glob stands for is a generation only of a log that is there.
    const log = generation.logs.find((one) => (live.has(name) ? live.has(one) : wasLog(one)));
    if (log === undefined) continue;
    const { packed, plain, age } = { packed: generation.packing, ...generation };
    const file = join(directory, name);
    found.push({ file, rotatedFrom: join(directory, log), packed, plain: join(directory, plain), age });
  }
  for (const name of namesIn(join(directory, "archive"))) {
    const archive = parseArchiveName(name);
    // What was compressed by rotation here was taken by every sink before.
    if (archive === null || archive.compression !== null || !wasLog(`${archive.log}.jsonl`)) continue;
    const file = join(directory, "archive", name);
    const rotatedFrom = join(directory, `${archive.log}.jsonl`);
    found.push({ file, rotatedFrom, packed: null, plain: file, age: `0 ${archive.rotatedAt.getTime()}` });
  }
  return found.toSorted((a, b) => (a.age < b.age ? -1 : Number(a.age > b.age)));
}

/**
 * The files behind patterns: the logs themselves, and what was rotated from them beside them and in `archive/`, plain
 * or compressed, even where the log itself is not there at the moment.
 */
export function discoverAll(patterns: readonly string[]): FoundFile[] {
  const files = new Set<string>();
  const directories = new Map<string, Followed>();
  const followed = (directory: string): Followed => {
    const known = directories.get(directory) ?? { live: new Set(), isLog: [] };
    directories.set(directory, known);
    return known;
  };
  for (const pattern of patterns) {
    const { base, glob } = splitPattern(pattern);
    if (glob === "") followed(dirname(base)).isLog.push((name) => name === basename(base));
    else if (isFlat(glob)) followed(base).isLog.push(matcherOf(glob));
    for (const file of expand(pattern)) {
      files.add(file);
      followed(dirname(file)).live.add(basename(file));
    }
  }
  const rotated = [...directories].flatMap(([directory, one]) => rotatedNames(directory, one));
  for (const { file } of rotated) files.delete(file);
  return [...[...files].map((file) => ({ file, rotatedFrom: null, packed: null, plain: file })), ...rotated];
}

/** The files behind patterns that are not compressed. */
export function discover(patterns: readonly string[]): FoundFile[] {
  return discoverAll(patterns).filter(({ packed }) => packed === null);
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
    found = discoverAll(patterns);
    const ended = performance.now();
    until = ended + Math.min(ageMs, 10 * (ended - started));
    return found;
  };
}

/** Whether a name is one of those that patterns stand for, or was rotated from one. */
export function coveredBy(patterns: readonly string[]): (file: string) => boolean {
  const matches = matchesAny(patterns);
  return (file) => {
    const [directory, name] = [dirname(file), basename(file)];
    const archive = parseArchiveName(name);
    if (matches(file) || (archive !== null && matches(join(dirname(directory), `${archive.log}.jsonl`)))) return true;
    return parseGeneration(name)?.logs.some((log) => matches(join(directory, log))) ?? false;
  };
}
