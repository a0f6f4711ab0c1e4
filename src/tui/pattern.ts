import { setFlagsFromString } from "node:v8";

/** What a list is narrowed to: a regular expression, or with `!` in front everything else. */
export interface Pattern {
  readonly text: string;
  /** Whether it means everything that does not match. */
  readonly inverse: boolean;
  readonly matches: (text: string) => boolean;
  /** Where the first match lies; null for none and for an inverse pattern. */
  readonly find: (text: string) => { readonly start: number; readonly end: number } | null;
  /** Whether the text is no regular expression and is looked for as it stands. */
  readonly literal: boolean;
}

// Tried in vain too often, an expression goes on in an engine that takes time in proportion to the text. That one knows
// neither small for large letters nor what looks around or back, and is asked for only here: it takes memory.
const engine = "--enable-experimental-regexp-engine-on-excessive-backtracks";
let isSafe = false;
const looks = /\(\?<?[=!]|\\[1-9k]/;

function compile(source: string): { regex: RegExp; literal: boolean } {
  if (!isSafe) setFlagsFromString(engine);
  isSafe = true;
  try {
    if (!looks.test(source)) return { regex: new RegExp(source), literal: false };
  } catch {
    // It is looked for as it stands.
  }
  return { regex: new RegExp(source.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")), literal: true };
}

// In as many characters, so that a match lies at the same place.
function small(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Parses what the user typed; small letters match large ones as well. Null for nothing typed. */
export function parsePattern(text: string): Pattern | null {
  const inverse = text.startsWith("!");
  const source = inverse ? text.slice(1) : text;
  if (source === "") return null;
  const { regex, literal } = compile(source);
  const seen = source === small(source) ? small : (candidate: string) => candidate;
  return {
    text,
    inverse,
    literal,
    matches: (candidate) => regex.test(seen(candidate)) !== inverse,
    find(candidate) {
      const match = inverse ? null : regex.exec(seen(candidate));
      return match === null || match[0] === "" ? null : { start: match.index, end: match.index + match[0].length };
    },
  };
}

/** What was typed, and that it is no expression where it is looked for as it stands. */
export function patternWords(text: string): string {
  return parsePattern(text)?.literal === true ? `${text} (as it stands)` : text;
}
