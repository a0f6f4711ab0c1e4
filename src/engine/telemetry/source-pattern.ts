import { globSync, lstatSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import picomatch from "picomatch";
import { lazily } from "../lazily.ts";

/** A pattern in its two parts: the directory that is named literally, and the glob under it, empty for one path. */
export interface SourcePattern {
  readonly base: string;
  readonly glob: string;
}

const sign = /[\\*?[\]{}()!+@]/;
const signs = new RegExp(sign, "g");
const magic = /(?<!\\)(?:\\\\)*[*?[{]/;

/** A path as a pattern that stands for this very path, whatever signs are in its name. */
export function escapeGlob(path: string): string {
  return path.replaceAll(signs, "\\$&");
}

/** What the user named: a path that exists is taken literally, everything else as a glob. */
export function literalFirst(path: string): string {
  const absolute = resolve(path);
  if (!sign.test(absolute)) return absolute;
  try {
    return lstatSync(absolute, { throwIfNoEntry: false }) === undefined ? absolute : escapeGlob(absolute);
  } catch {
    return absolute;
  }
}

function unescaped(part: string): string {
  return part.replaceAll(/\\([\\*?[\]{}()!+@])/g, "$1");
}

/** Parts a pattern at its first segment with a glob sign that is not escaped. */
export function splitPattern(pattern: string): SourcePattern {
  const segments = pattern.split("/");
  const first = segments.findIndex((segment) => magic.test(segment));
  if (first < 0) return { base: unescaped(pattern), glob: "" };
  return { base: unescaped(segments.slice(0, first).join("/")) || "/", glob: segments.slice(first).join("/") };
}

/** The names in a directory; none where it cannot be listed. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

const matchers = new Map<string, (name: string) => boolean>();

/** Whether a name in a directory is one of a glob's; made once, because the same few are looked for every second. */
export function matcherOf(glob: string): (name: string) => boolean {
  const known = matchers.get(glob);
  if (known) return known;
  // Made when there is a name to match: most places that are looked at are not there.
  const matches = lazily(() => picomatch(glob));
  const made = (name: string) => matches()(name);
  matchers.set(glob, made);
  return made;
}

/** Whether a glob names files of one directory only, so that the directory need not be walked. */
export function isFlat(glob: string): boolean {
  return !glob.includes("/") && !glob.includes("**");
}

/** The paths of a path or glob that exist now, sorted; a path without a glob sign as it is. */
export function expand(pattern: string): string[] {
  const { base, glob } = splitPattern(pattern);
  if (glob === "") return [base];
  if (!isFlat(glob)) {
    return globSync(glob, { cwd: base })
      .map((found) => join(base, found))
      .toSorted();
  }
  // One directory is listed at a tenth of a glob's cost.
  const matches = matcherOf(glob);
  return namesIn(base)
    .filter((name) => matches(name))
    .toSorted()
    .map((name) => join(base, name));
}

/** Whether a path is one that patterns stand for. */
export function matchesAny(patterns: readonly string[]): (file: string) => boolean {
  const each = patterns.map((pattern) => {
    const { base, glob } = splitPattern(pattern);
    if (glob === "") return (file: string) => file === base;
    const matches = picomatch(glob, { dot: true });
    return (file: string) => {
      const inside = relative(base, file);
      return inside !== "" && !inside.startsWith("../") && matches(inside);
    };
  });
  return (file) => each.some((matches) => matches(file));
}
