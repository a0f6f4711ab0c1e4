import { Failure } from "../engine/errors.ts";
import type { Given } from "../services/action.ts";

/** A command line as it was understood: values by name. */
export type Parsed = Readonly<Record<string, unknown>>;

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

function numberOf(name: string, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && value >= 0) return value;
  throw new Failure("usage", {
    what: "Nothing was done",
    why: `--${name} must be a number, 0 or more`,
    hint: "Type: aistack --help",
  });
}
