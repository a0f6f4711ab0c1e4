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

function compile(source: string): { regex: RegExp; literal: boolean } {
  const flags = source === source.toLowerCase() ? "i" : "";
  try {
    return { regex: new RegExp(source, flags), literal: false };
  } catch {
    return { regex: new RegExp(source.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), flags), literal: true };
  }
}

/** Parses what the user typed; small letters match large ones as well. Null for nothing typed. */
export function parsePattern(text: string): Pattern | null {
  const inverse = text.startsWith("!");
  const source = inverse ? text.slice(1) : text;
  if (source === "") return null;
  const { regex, literal } = compile(source);
  return {
    text,
    inverse,
    literal,
    matches: (candidate) => regex.test(candidate) !== inverse,
    find(candidate) {
      const match = inverse ? null : regex.exec(candidate);
      return match === null || match[0] === "" ? null : { start: match.index, end: match.index + match[0].length };
    },
  };
}
