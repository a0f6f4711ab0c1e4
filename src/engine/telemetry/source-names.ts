import { dirname, extname, join } from "node:path";
import { coveredBy } from "./sources.ts";

const rotated = /^(.+?)(?:\.\d+|-\d{8}[\dT_.Z-]*)$/;

/**
 * Names the source of a file: the first pattern that stands for it. What no pattern stands for any more goes by its
 * directory and ending, or by its own name where it is the only such one among `files`.
 */
export function sourceNames(patterns: readonly string[], files: readonly string[] = []): (file: string) => string {
  const covers = patterns.map((pattern) => ({ pattern, matches: coveredBy([pattern]) }));
  const alike = (file: string) => join(dirname(file), `*${extname(rotated.exec(file)?.[1] ?? file)}`);
  const known = new Map<string, string>();
  const left = new Map<string, number>();
  const patternOf = (file: string) => {
    const log = rotated.exec(file)?.[1];
    return covers.find(({ matches }) => matches(file) || (log !== undefined && matches(log)))?.pattern;
  };
  for (const file of files) {
    const pattern = patternOf(file);
    if (pattern !== undefined) known.set(file, pattern);
    else left.set(alike(file), (left.get(alike(file)) ?? 0) + 1);
  }
  return (file) => {
    const before = known.get(file);
    if (before !== undefined) return before;
    const name = patternOf(file) ?? (left.get(alike(file)) === 1 ? file : alike(file));
    known.set(file, name);
    return name;
  };
}
