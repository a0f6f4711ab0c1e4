import { Failure } from "../engine/errors.ts";
import type { Given } from "./action.ts";

/** How many of something were asked for. Fails with `usage` for what is no whole number. */
export function wholeNumber(given: Given, name: string, fallback: number): number {
  const value = given.number(name) ?? fallback;
  if (Number.isSafeInteger(value)) return value;
  throw new Failure("usage", {
    what: "Nothing was listed",
    why: `--${name} must be a whole number, 0 or more`,
    hint: `For example: --${name} ${fallback}`,
  });
}
