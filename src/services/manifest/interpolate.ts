/** Looks up a variable; undefined where it is not set. */
export type Lookup = (name: string) => string | undefined;

/** What was asked for while a text was filled in, and what of it was blank because nobody set it. */
export interface Asked {
  readonly all: Set<string>;
  readonly blank: Set<string>;
}

/** Why a text could not be filled in. */
export class InterpolationError extends Error {
  readonly variable: string | null;

  constructor(message: string, variable: string | null) {
    super(message);
    this.name = "InterpolationError";
    this.variable = variable;
  }
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*/;
const operators = [":-", ":?", ":+", "-", "?", "+"];

// The place of the brace that closes the one before `from`; braces of variables inside are skipped.
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "$" && text[at + 1] === "$") at++;
    else if (text[at] === "$" && text[at + 1] === "{") {
      depth++;
      at++;
    } else if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

function braced(inside: string, lookup: Lookup, asked: Asked): string {
  const name = namePattern.exec(inside)?.[0];
  if (name === undefined) throw new InterpolationError(`\${${inside}} names no variable`, null);
  asked.all.add(name);
  const rest = inside.slice(name.length);
  const value = lookup(name);
  if (rest === "") {
    if (value === undefined) asked.blank.add(name);
    return value ?? "";
  }
  const operator = operators.find((one) => rest.startsWith(one));
  if (operator === undefined) throw new InterpolationError(`\${${inside}} is not understood`, name);
  const word = rest.slice(operator.length);
  const isThere = value !== undefined && !(operator.startsWith(":") && value === "");
  if (operator.endsWith("+")) return isThere ? interpolate(word, lookup, asked) : "";
  if (isThere) return value;
  if (operator.endsWith("-")) return interpolate(word, lookup, asked);
  const said = interpolate(word, lookup, asked);
  const state = operator.startsWith(":") ? "is not set or empty" : "is not set";
  throw new InterpolationError(`the variable ${name} ${state}${said === "" ? "" : `: ${said}`}`, name);
}

/**
 * Fills variables in as Compose does: `$VAR`, `${VAR}`, `${VAR:-x}`, `${VAR-x}`, `${VAR:?why}`, `${VAR?why}`,
 * `${VAR:+x}`, `${VAR+x}`, nested; `$$` is one dollar.
 * Throws InterpolationError for a variable that must be set and is not, and for what is no variable.
 */
export function interpolate(text: string, lookup: Lookup, asked: Asked = { all: new Set(), blank: new Set() }): string {
  let filled = "";
  for (let at = 0; at < text.length; ) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) return filled + text.slice(at);
    filled += text.slice(at, dollar);
    const next = text[dollar + 1];
    if (next === "$") {
      filled += "$";
      at = dollar + 2;
    } else if (next === "{") {
      const end = closing(text, dollar + 2);
      if (end < 0) throw new InterpolationError(`a \${ is not closed`, null);
      filled += braced(text.slice(dollar + 2, end), lookup, asked);
      at = end + 1;
    } else {
      const name = namePattern.exec(text.slice(dollar + 1))?.[0];
      if (name === undefined) throw new InterpolationError("a $ names no variable; write $$ for a dollar", null);
      asked.all.add(name);
      const value = lookup(name);
      if (value === undefined) asked.blank.add(name);
      filled += value ?? "";
      at = dollar + 1 + name.length;
    }
  }
  return filled;
}
