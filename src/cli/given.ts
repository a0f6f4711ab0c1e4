import { Failure } from "../engine/errors.ts";
import type { Action, Argument, Given } from "../services/action.ts";

/** A command line as it was understood: values by name. */
export type Parsed = Readonly<Record<string, unknown>>;

/** The flags with a value that every command takes. */
export const everywhere: readonly Argument[] = [
  { name: "home", type: "string", sentence: "Directory for all data" },
  { name: "set", type: "list", sentence: "Setting for this run, as key=value" },
];

function misused(why: string, hint = "aistack --help"): Failure {
  return new Failure("usage", { what: "Nothing was done", why, hint: `Type: ${hint}` });
}

function checkOne({ name, type, positional }: Argument, value: unknown, hint: string): void {
  if (value === undefined || type === "boolean") return;
  const shown = positional === true ? name : `--${name}`;
  const isList = type === "list";
  if (Array.isArray(value) && !isList) throw misused(`${shown} takes one value and is given ${value.length}`, hint);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (positional !== true && values.includes("")) throw misused(`${shown} is empty`, hint);
  if (type === "number") numberOf(name, value, hint);
}

/**
 * Looks at what a command line gives, before anything is done. Fails with `usage`, naming the flag, where one that takes
 * one value has several, where a value is empty, and where a number is none.
 */
export function checkGiven(parsed: Parsed, action?: Action): void {
  const hint = action === undefined ? "aistack --help" : `aistack ${action.name} --help`;
  for (const argument of [...everywhere, ...(action?.args ?? [])]) checkOne(argument, parsed[argument.name], hint);
}

/** The arguments of an action with the words behind `--`. Fails with `usage` where the action has no use for such. */
export function givenWithRest(action: Action, given: Given, rest: readonly string[]): Given {
  if (rest.length > 0 && action.takesRest !== true) {
    throw misused(`${action.name} takes nothing behind --`, `aistack ${action.name} --help`);
  }
  return { ...given, list: (name) => (name === "--" ? rest : given.list(name)) };
}

/** The arguments of an action in what was parsed. Fails with `usage` for a number that is none. */
export function givenIn(parsed: Parsed): Given {
  const one = (name: string) => parsed[name];
  return {
    text: (name) => (one(name) === undefined || one(name) === null ? null : String(one(name))),
    number: (name) => numberOf(name, one(name)),
    flag: (name) => one(name) === true,
    list(name) {
      const value = one(name);
      return Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
    },
  };
}

// Numbers come as they were typed: an empty text must not become 0.
function numberOf(name: string, value: unknown, hint?: string): number | null {
  if (value === undefined || value === null) return null;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && number >= 0) return number;
  throw misused(`--${name} must be a number, 0 or more`, hint);
}
