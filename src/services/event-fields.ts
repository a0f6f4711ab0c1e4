import { Failure } from "../engine/errors.ts";

interface Branch {
  [name: string]: unknown;
}

function refuse(why: string): Failure {
  return new Failure("usage", {
    what: "The event was not written",
    why,
    hint: "Type: aistack telemetry write --event task_completed --field status=completed --field task.prompt=TEXT",
  });
}

function isBranch(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// A number by its digits and its size, however it is written.
function digitsOf(written: string): string {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? "0" : `${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

// An id of many digits is changed by being a number, and is text then.
function survives(written: string, number: number): boolean {
  return digitsOf(written) === digitsOf(String(number));
}

/** The value as JSON where it is JSON, else the text itself; so is a number that would lose digits. */
function parseValue(text: string, which: string): unknown {
  let finite = true;
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, part: unknown, context?: { readonly source?: string }) => {
      if (typeof part !== "number") return part;
      if (!Number.isFinite(part)) finite = false;
      return context?.source === undefined || survives(context.source, part) ? part : context.source;
    });
  } catch {
    return text;
  }
  if (!finite) throw refuse(`${which} holds a number that is too large for JSON; quote it to write it as text`);
  return value;
}

// Defined, not assigned: a name may be any word, such as one that every object has a meaning for.
function define(branch: Branch, name: string, value: unknown): void {
  Object.defineProperty(branch, name, { value, enumerable: true, writable: true, configurable: true });
}

function put(event: Branch, names: readonly string[], value: unknown, which: string): void {
  let at = event;
  for (const name of names.slice(0, -1)) {
    if (!Object.hasOwn(at, name)) define(at, name, {});
    const next = at[name];
    if (!isBranch(next)) throw refuse(`${which} leads into a field that is no object`);
    at = next;
  }
  const name = names.at(-1) ?? "";
  if (Object.hasOwn(at, name)) throw refuse(`${which} gives a field that is there already`);
  define(at, name, value);
}

// A dot leads into an object; after a backslash it is one of the name's own.
function namesOf(path: string): string[] {
  return path.split(/(?<!\\)\./).map((name) => name.replaceAll("\\.", "."));
}

/**
 * The event that a name and fields of the form name=value make. Fails with `usage`, telling which field by its number
 * and never its words.
 */
export function eventOf(name: string | null, fields: readonly string[]): Record<string, unknown> {
  if (name !== null && name.trim() === "") throw refuse("--event is empty");
  const event: Branch = name === null ? {} : { event_type: name };
  fields.forEach((pair, index) => {
    const which = `--field number ${index + 1}`;
    const at = pair.indexOf("=");
    if (at < 1) throw refuse(`${which} is not of the form name=value`);
    const names = namesOf(pair.slice(0, at));
    if (names.some((one) => one === "")) throw refuse(`${which} has a name with an empty part`);
    put(event, names, parseValue(pair.slice(at + 1), which), which);
  });
  return { timestamp: new Date().toISOString(), ...event };
}
