import type { Reading } from "./finder.ts";
import { isAlphanumeric } from "./place.ts";

/** A value as it stands in a text; `text` is as much of it as is judged. */
export interface Value {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly quoted: boolean;
  /** Whether nothing but a comment follows on its line. */
  readonly endsLine: boolean;
}

/** The most of a value that is judged: what a secret is shows at its start. */
const longestJudged = 160;

/** The longest value in quotes; one without an end is taken for unquoted. */
const longestQuoted = 1024;

/** The longest value in quotes of print. */
const longestPrinted = 400;

const backslash = 92;
/** Quotes of print, and those that may end what they open. */
const printed = new Map([
  ["«", "»"],
  ["»", "«"],
  ["“", "”"],
  ["„", "“”"],
  ["‘", "’"],
  ["‚", "‘’"],
  ["‹", "›"],
  ["「", "」"],
  ["『", "』"],
  ["《", "》"],
  ["（", "）"],
]);
/** Marks of print that are in no password as people type it. */
const endsOfPrint = new Set("«»“”„‘’‚‹›「」『』《》（），。、；！？…");
const quotes = new Set(["'", '"', "`"]);

function backslashesBefore(text: string, at: number, least: number): number {
  let from = at;
  while (from > least && text.charCodeAt(from - 1) === backslash) from--;
  return at - from;
}

// A quote inside a string that was escaped once, twice or not at all has twice and one the backslashes of its own.
function closesQuote(own: number, before: number): boolean {
  return own === 0 || own === 1 || own === 3 ? before % (2 * (own + 1)) === own : before <= own;
}

function quotedValue(text: string, open: number, escapes: number): Value | null {
  const quote = text.charAt(open);
  const start = open + 1;
  const most = Math.min(text.length, start + longestQuoted);
  for (let at = start; at < most; at++) {
    const letter = text.charAt(at);
    if (letter === "\n" || letter === "\r") return null;
    if (letter !== quote) continue;
    const before = backslashesBefore(text, at, start);
    if (!closesQuote(escapes, before)) continue;
    const end = at - Math.min(before, escapes);
    return { start, end, text: text.slice(start, Math.min(end, start + longestJudged)), quoted: true, endsLine: false };
  }
  return null;
}

function printedValue(text: string, open: number): Value | null {
  const closing = printed.get(text.charAt(open));
  if (closing === undefined) return null;
  const start = open + 1;
  for (let end = start; end - start <= longestPrinted && end < text.length; end++) {
    const letter = text.charAt(end);
    if (letter === "\n" || letter === "\r") return null;
    if (closing.includes(letter))
      return {
        start,
        end,
        text: text.slice(start, Math.min(end, start + longestJudged)),
        quoted: true,
        endsLine: false,
      };
  }
  return null;
}

/** Where an unquoted value ends: at a blank always, at marks of code where the value stands within a line. */
export type Ending = "blank" | "mark" | "query";

const isBlank = /\s/;
const comma = /,(?:\s|$|["'\\]|[\w.-]{1,40}["'\\]{0,2}[=:])/y;
const escaped = /\\{1,4}(?:[nrt"'`\s]|u00|$)/y;

function endsInPrint(letter: string): boolean {
  return endsOfPrint.has(letter) || isBlank.test(letter);
}

function matchesAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

// How many units of a value stand here: none where it ends, two where a shell takes a blank for a part of the word.
function unitsHere(text: string, at: number, ending: Ending): number {
  const unit = text.charCodeAt(at);
  if (isAlphanumeric(unit)) return 1;
  switch (unit) {
    case 32:
    case 9:
    case 10:
    case 13:
    case 34:
    case 39:
    case 96:
    case 60:
      return 0;
    case backslash:
      if (ending === "blank" && text.charCodeAt(at + 1) === 32) return 2;
      return matchesAt(escaped, text, at) ? 0 : 1;
    case 38:
    case 59:
    case 41:
    case 93:
    case 125:
    case 62:
    case 124:
      return ending === "blank" ? 1 : 0;
    case 44:
      return ending !== "blank" && (ending === "query" || matchesAt(comma, text, at)) ? 0 : 1;
    default:
      return Number.isNaN(unit) || unit < 32 || (unit > 127 && endsInPrint(text.charAt(at))) ? 0 : 1;
  }
}

// A run is walked once: names within it that are looked at later end where it ends.
function runEnd({ text, memo }: Pick<Reading, "text" | "memo">, start: number, ending: Ending): number {
  const known = memo.get(ending) ?? 0;
  if (start >= (memo.get(`${ending} from`) ?? Number.POSITIVE_INFINITY) && start < known) return known;
  let end = start;
  for (let units = unitsHere(text, end, ending); units > 0; units = unitsHere(text, end, ending)) end += units;
  memo.set(`${ending} from`, start).set(ending, end);
  return end;
}

function lineIsOver(text: string, from: number): boolean {
  let at = from;
  while (/[.!]/.test(text.charAt(at)) && at - from < 3) at++;
  while (text.charAt(at) === " " || text.charAt(at) === "\t") at++;
  const rest = text.slice(at, at + 3);
  if (rest === "" || rest[0] === "\n" || rest[0] === "\r" || /^\\{1,3}[nr]?/.test(rest) || rest.startsWith("```"))
    return true;
  // What a string holds ends with it: the text itself may stand in quotes.
  if (at === from && (quotes.has(rest.charAt(0)) || rest.startsWith("</"))) return true;
  return at > from && (rest[0] === "#" || rest.startsWith("//"));
}

function plainValue(reading: Pick<Reading, "text" | "memo">, start: number, ending: Ending): Value | null {
  const { text } = reading;
  let end = runEnd(reading, start, ending);
  if (ending !== "blank") while (end > start && /[.,:!?*]/.test(text.charAt(end - 1))) end--;
  if (ending === "blank" && /^[;,]$/.test(text.charAt(end - 1))) end--;
  if (end <= start) return null;
  return {
    start,
    end,
    text: text.slice(start, Math.min(end, start + longestJudged)),
    quoted: false,
    endsLine: lineIsOver(text, end),
  };
}

/** Reads the value that starts at a place, quoted (also within escaped text) or not. */
export function readValue(reading: Pick<Reading, "text" | "memo">, at: number, ending: Ending): Value | null {
  const { text } = reading;
  let open = at;
  while (text.charCodeAt(open) === backslash && open - at < 8) open++;
  if (quotes.has(text.charAt(open))) {
    const value = quotedValue(text, open, open - at);
    if (value) return value;
    return plainValue(reading, open + 1, ending);
  }
  if (printed.has(text.charAt(open))) return printedValue(text, open) ?? plainValue(reading, open + 1, ending);
  if (open > at && /[nrt]/.test(text.charAt(open))) return null;
  return plainValue(reading, at, ending);
}

/** The end of a value that goes on: base64 broken into lines. */
export function wholeEnd(text: string, value: Value): number {
  let end = value.end;
  if (!/[A-Za-z0-9+/]{40}={0,2}$/.test(text.slice(Math.max(value.start, end - 42), end))) return end;
  const line =
    /(?:\r?\n|\\{1,3}n)[ \t+>"']{0,40}(?:[A-Za-z0-9+/]{40,}={0,2}|[A-Za-z0-9+/]{4,80}={1,2})(?=\s|\\|["']|$)/y;
  for (;;) {
    line.lastIndex = end;
    const match = line.exec(text);
    if (match === null) return end;
    end += match[0].length;
  }
}

/** Whether a unit may stand in a name. */
export function isNamePart(unit: number): boolean {
  return isAlphanumeric(unit) || unit === 95 || unit === 45 || unit === 46;
}
