import type { Action } from "../services/action.ts";
import type { Parsed } from "./given.ts";

/** A command line that names an action, and beside it only what every command takes. */
export interface PlainLine {
  readonly action: Action;
  readonly parsed: Parsed;
}

// Anything else may mean something special to yargs: quotes, a dash, nothing.
const plainValue = /^[\w./~]/;

function isPlain({ args }: Action): boolean {
  return args.every(({ positional, required }) => positional !== true && required !== true);
}

/**
 * Understands a command line without arguments of the command's own, as it is typed most often; null for every other,
 * which is for yargs. Loading yargs takes longer than looking at a home.
 */
export function readPlainLine(argv: readonly string[], actions: readonly Action[]): PlainLine | null {
  const words: string[] = [];
  const values: Record<"home" | "set", string[]> = { home: [], set: [] };
  let json = false;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word === "--json" && !json) json = true;
    else if (word === "--home" || word === "--set") {
      const value = argv[++at] ?? "";
      if (!plainValue.test(value)) return null;
      values[word === "--home" ? "home" : "set"].push(value);
    } else if (/^[a-z]/.test(word)) words.push(word);
    else return null;
  }
  const action = actions.find(({ name }) => name === words.join(" "));
  if (action === undefined || !isPlain(action) || values.home.length > 1) return null;
  const fallbacks = action.args.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback]]));
  return {
    action,
    parsed: {
      ...Object.fromEntries(fallbacks),
      ...(json ? { json } : {}),
      ...(values.home.length > 0 ? { home: values.home[0] } : {}),
      ...(values.set.length > 0 ? { set: values.set } : {}),
    },
  };
}
