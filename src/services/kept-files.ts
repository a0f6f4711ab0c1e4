import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import type { SavedPlace } from "../engine/stores/listed.ts";
import type { Store } from "../engine/stores/store.ts";
import { inodeKey, inodeKeyAt } from "../engine/telemetry/identity.ts";
import { coveredBy, discoverAll, listSources, telemetryDirectory } from "../engine/telemetry/sources.ts";
import type { Stack } from "./stack.ts";

/** Why what is at a path, or would be, must stay as it is; null where it may be replaced. */
export type WhyKept = (path: string) => string | null;

const ownDirectories = ["telemetry", "secrets", "breaker-requests"] as const;
const ownName =
  /^(?:aistack\.db.*|(?:engine|stack|supervisor|breakers|config)\.(?:json|lock)|.*\.(?:closed|lock|paused)|(?:dataset|refused)\.jsonl.*)$/;

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function filesUnder(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [] : [join(entry.parentPath, entry.name)]));
  } catch {
    // What is not there, or cannot be listed, holds nothing that an export could name.
    return [];
  }
}

function ownFiles(home: string): string[] {
  const named = filesIn(home).filter((name) => ownName.test(name));
  return [...named.map((name) => join(home, name)), ...ownDirectories.flatMap((name) => filesUnder(join(home, name)))];
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isInside(directory: string, path: string): boolean {
  const inside = relative(directory, path);
  return inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`);
}

// An inode is given to a new file once its log is gone: one that was made after the place was saved is another file.
function isLearnedFrom(path: string, places: ReadonlyMap<string, SavedPlace>): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  const place = stat === undefined ? undefined : places.get(inodeKey(stat));
  if (stat === undefined || place === undefined) return false;
  return inodeKeyAt(place.file) === place.inode || !(stat.birthtimeMs > Date.parse(place.savedAt));
}

/**
 * What an export must leave alone: the program's own files, whatever the name or the link they are reached by, and every
 * log that is followed or was learned from.
 */
export async function keptFiles(stack: Stack, store: Store): Promise<WhyKept> {
  const home = real(stack.config.home);
  const directories = [...ownDirectories.map((name) => join(home, name)), real(telemetryDirectory(stack.config))];
  const own = new Set([...ownFiles(home), stack.config.file].map(inodeKeyAt).filter((key) => key !== ""));
  const patterns = listSources(stack.config).flatMap(({ enabled, pattern }) => (enabled ? [pattern] : []));
  const isFollowed = coveredBy(patterns);
  const found = discoverAll(patterns);
  const followed = new Set(found.map(({ file }) => inodeKeyAt(file)).filter((key) => key !== ""));
  const places = await store.places();
  const placeOf = new Map(places.map((place) => [place.inode, place]));
  const learned = new Set(places.map(({ file }) => inodeKeyAt(file)).filter((key) => key !== ""));
  return (path) => {
    const place = join(real(dirname(path)), basename(path));
    const key = inodeKeyAt(place);
    if (own.has(key) || (dirname(place) === home && ownName.test(basename(place)))) {
      return "it is a file of aistack's own";
    }
    if (directories.some((directory) => place === directory || isInside(directory, place))) {
      return "it is where aistack keeps files of its own";
    }
    if (followed.has(key) || isFollowed(path) || isFollowed(place)) return "it is a log that is followed";
    if (key === "") return null;
    if (learned.has(key) || isLearnedFrom(place, placeOf)) return "it is a log that was learned from";
    return isInside(home, place) && dirname(place) !== home ? "it lies in a directory of the home" : null;
  };
}
