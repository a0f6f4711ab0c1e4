import { isAlphanumeric } from "./place.ts";

/** A value as it stands in a text. */
export interface Value {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly quoted: boolean;
  /** Whether nothing but a comment follows on its line. */
  readonly endsLine: boolean;
}

/** The most a value is read before it is judged; a longer one that is taken goes on to its end. */
const longestValue = 512;

const backslash = 92;
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
  const most = Math.min(text.length, start + 2 * longestValue);
  for (let at = start; at < most; at++) {
    const letter = text.charAt(at);
    if (letter === "\n" || letter === "\r") return null;
    if (letter !== quote) continue;
    const before = backslashesBefore(text, at, start);
    if (!closesQuote(escapes, before)) continue;
    const end = at - Math.min(before, escapes);
    return { start, end, text: text.slice(start, end), quoted: true, endsLine: false };
  }
  return null;
}

/** Where an unquoted value ends: at a blank always, at marks of code where the value stands within a line. */
export type Ending = "blank" | "mark" | "query";

// A shell takes a blank behind a backslash for a part of the word.
function isEscapedBlank(text: string, at: number, ending: Ending): boolean {
  return ending === "blank" && text.charAt(at) === "\\" && text.charAt(at + 1) === " ";
}

function endsHere(text: string, at: number, ending: Ending): boolean {
  const letter = text.charAt(at);
  if (isEscapedBlank(text, at, ending)) return false;
  if (letter === "" || /\s/.test(letter) || quotes.has(letter)) return true;
  if (letter === "\\") return /^\\{1,4}(?:[nrt"'`\s]|u00|$)/.test(text.slice(at, at + 8));
  if (letter === "<") return true;
  if (ending === "blank") return false;
  if (
    letter === "&" ||
    letter === ";" ||
    letter === ")" ||
    letter === "]" ||
    letter === "}" ||
    letter === ">" ||
    letter === "|"
  )
    return true;
  return (
    letter === "," &&
    (ending === "query" || /^,(?:\s|$|["'\\]|[\w.-]{1,40}["'\\]{0,2}[=:])/.test(text.slice(at, at + 46)))
  );
}

function lineIsOver(text: string, from: number): boolean {
  let at = from;
  while (text.charAt(at) === " " || text.charAt(at) === "\t") at++;
  const rest = text.slice(at, at + 3);
  if (rest === "" || rest[0] === "\n" || rest[0] === "\r" || /^\\{1,3}[nr]?/.test(rest) || rest.startsWith("```"))
    return true;
  // What a string holds ends with it: the text itself may stand in quotes.
  if (at === from && (quotes.has(rest.charAt(0)) || rest.startsWith("</"))) return true;
  return at > from && (rest[0] === "#" || rest.startsWith("//"));
}

function plainValue(text: string, start: number, ending: Ending): Value | null {
  let end = start;
  const most = start + longestValue;
  while (end < most && !endsHere(text, end, ending)) end += isEscapedBlank(text, end, ending) ? 2 : 1;
  if (ending !== "blank") while (end > start && /[.,:!?*]/.test(text.charAt(end - 1))) end--;
  if (ending === "blank" && /^[;,]$/.test(text.charAt(end - 1))) end--;
  if (end === start) return null;
  return { start, end, text: text.slice(start, end), quoted: false, endsLine: lineIsOver(text, end) };
}

/** Reads the value that starts at a place, quoted (also within escaped text) or not. */
export function readValue(text: string, at: number, ending: Ending): Value | null {
  let open = at;
  while (text.charCodeAt(open) === backslash && open - at < 8) open++;
  if (quotes.has(text.charAt(open))) {
    const value = quotedValue(text, open, open - at);
    if (value) return value;
    return plainValue(text, open + 1, ending);
  }
  if (open > at && /[nrt]/.test(text.charAt(open))) return null;
  return plainValue(text, at, ending);
}

/** The end of a value that goes on: a run longer than what was judged, or base64 broken into lines. */
export function wholeEnd(text: string, value: Value): number {
  let end = value.end;
  if (!value.quoted && value.text.length >= longestValue) while (!endsHere(text, end, "mark")) end++;
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
