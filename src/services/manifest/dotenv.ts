import { InterpolationError, interpolate, type Lookup } from "./interpolate.ts";

/** One line of a file of variables that was not understood. */
export class DotenvError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.name = "DotenvError";
    this.line = line;
  }
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$$" };

function unquote(text: string, line: number, fill: (value: string) => string): string {
  const single = /^'([^']*)'\s*(?:#.*)?$/.exec(text);
  if (single) return single[1] ?? "";
  const double = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/s.exec(text);
  if (double) return fill((double[1] ?? "").replace(/\\(.)/gs, (all, letter: string) => escapes[letter] ?? all));
  if (/^['"]/.test(text)) throw new DotenvError("has a quote that is not closed", line);
  return fill(text.replace(/\s+#.*$/, "").trimEnd());
}

/**
 * Parses a file of variables: `NAME=value` lines, `export` before them, quotes, comments; variables in values are filled
 * in from `lookup` first and from earlier lines else, as Compose does. Throws DotenvError with the line; values are
 * never part of its message.
 */
export function parseDotenv(text: string, lookup: Lookup): Map<string, string> {
  const values = new Map<string, string>();
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const trimmed = raw.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const [, name, assigned] = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*(?:=\s*(.*))?$/s.exec(trimmed) ?? [];
    if (name === undefined) throw new DotenvError("is no NAME=value", index + 1);
    if (assigned === undefined) {
      const inherited = lookup(name);
      if (inherited !== undefined) values.set(name, inherited);
      continue;
    }
    const fill = (value: string) => {
      try {
        return interpolate(value, (one) => lookup(one) ?? values.get(one));
      } catch (error) {
        if (!(error instanceof InterpolationError)) throw error;
        throw new DotenvError(error.variable === null ? "has a $ that names no variable" : error.message, index + 1);
      }
    };
    values.set(name, unquote(assigned, index + 1, fill));
  }
  return values;
}
