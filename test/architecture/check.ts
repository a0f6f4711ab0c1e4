import { noCycles } from "./cycles.ts";
import { namesAreKebab, namesSaySomething, noBarrels, noDefaultExports } from "./names.ts";
import { heavyPackagesWait, importsAreLiteral, nobodySpawns, packagesHaveOwners } from "./owners.ts";
import { cliAwaitsTui, engineHasNoTerminal, everyFileHasARoom, importsGoLeft, tuiTakesTypes } from "./rooms.ts";
import { filesAreSmall } from "./sizes.ts";
import { type Rule, readTree, type Violation } from "./tree.ts";
import { noAny, noCasts, onlyCliExits, onlyCliPrints, onlyConfigReadsEnvironment } from "./words.ts";

const rules: readonly Rule[] = [
  ({ unreadable }) => unreadable,
  everyFileHasARoom,
  importsGoLeft,
  tuiTakesTypes,
  cliAwaitsTui,
  engineHasNoTerminal,
  packagesHaveOwners,
  heavyPackagesWait,
  importsAreLiteral,
  nobodySpawns,
  noCycles,
  filesAreSmall,
  namesAreKebab,
  namesSaySomething,
  noBarrels,
  noDefaultExports,
  noAny,
  noCasts,
  onlyCliPrints,
  onlyCliExits,
  onlyConfigReadsEnvironment,
];

/** Holds a project's `src` and `bin` to the house rules; an empty list when none is broken. */
export function checkArchitecture(root: string): Violation[] {
  const tree = readTree(root);
  const found = rules.flatMap((rule) => [...rule(tree)]);
  return [...new Map(found.map((violation) => [formatViolation(violation), violation])).values()];
}

/** One line that names the place, the rule and the way out. */
export function formatViolation({ file, line, rule, todo }: Violation): string {
  return `${file}:${line} ${rule} — ${todo}`;
}
