import { type Finder, note, type Reading } from "./finder.ts";

const header = /-{4,5} ?BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}/y;
const footer = /-{4,5} ?END [A-Z0-9 ]{1,60}-{4,5}/y;
/** How far a key's end may be; a longer one is none, and only its body's lines are taken. */
const longestKey = 32_768;

// One search serves all headers before its find, or a text of headers without an end would take quadratic time.
function footerAfter({ text, memo }: Reading, from: number): number {
  const known = memo.get("private-key-end");
  if (known !== undefined && known >= from) return known;
  const dashes = text.indexOf("--END ", from);
  const spaced = text.indexOf("-- END ", from);
  const found = Math.min(dashes < 0 ? text.length : dashes, spaced < 0 ? text.length : spaced);
  memo.set("private-key-end", found);
  return found;
}

// The lines of a body that has no end: base64 or a header of its own, behind a prefix of a diff, comment, quote or string.
const newline = String.raw`(?:(?:\\{1,3}r)?(?:\r?\n|\\{1,3}n|\r)[ \t+>#*/|"'-]{0,40}){1,3}`;
const trail = `["'\`,+ \t]{0,6}`;
const bodyStart = /[ \t]{0,4}[A-Za-z0-9+/=]{16,}/y;
// No word of prose has forty characters, so it is the body's whatever comes after it.
const bodyLine = new RegExp(
  String.raw`${newline}[A-Za-z0-9+/=]{40,}|${newline}(?:[A-Za-z0-9+/=]{16,}|(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): ?[^\n\\]{0,120})(?=${trail}(?:[\r\n\\]|$)|["'<])`,
  "y",
);
const bodyEnding = new RegExp(String.raw`${newline}[A-Za-z0-9+/]{1,80}={0,2}(?=${trail}(?:[\r\n\\]|$)|["'<])`, "y");
const between = new RegExp(trail, "y");

function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex - at : 0;
}

function bodyEnd(text: string, from: number): number {
  let end = from + lengthAt(bodyStart, text, from);
  for (;;) {
    const trailed = end + lengthAt(between, text, end);
    const length = lengthAt(bodyLine, text, trailed);
    if (length === 0) {
      const last = end === from ? 0 : lengthAt(bodyEnding, text, trailed);
      return last === 0 ? end : trailed + last;
    }
    end = trailed + length;
  }
}

/** Private keys of every PEM kind, PGP and SSH2; one without an end is taken as far as its body goes. */
export const privateKeyFinder: Finder = {
  kinds: ["private-key"],
  words: ["--begin ", "-- begin "],
  find(reading, start) {
    const { text } = reading;
    let from = start;
    while (from > 0 && start - from < 3 && text.charCodeAt(from - 1) === 45) from--;
    header.lastIndex = from;
    const head = header.exec(text);
    if (head === null) return 0;
    const body = from + head[0].length;
    const found = footerAfter(reading, body);
    let end = found;
    while (end > body && text.charCodeAt(end - 1) === 45) end--;
    footer.lastIndex = end;
    const foot = footer.exec(text);
    if (foot === null || end - from > longestKey) return note(reading, from, bodyEnd(text, body), "private-key");
    return note(reading, from, end + foot[0].length, "private-key");
  },
};

// Each line of the body may have what a log, a diff or a listing puts before it.
const puttyBody =
  /Private-Lines: \d{1,4}(?:(?:\r?\n|\\{1,7}r?\\{0,7}n)(?:[^\n\\]{0,60}[\s|>+*:])?[A-Za-z0-9+/=]{1,100}(?=[\s"'\\]|$)){1,200}/iy;

/** The private part of a PuTTY key. */
export const puttyFinder: Finder = {
  kinds: ["private-key"],
  words: ["private-lines:", "private-mac:"],
  find(reading, start) {
    const { text } = reading;
    for (const pattern of [puttyBody, /Private-MAC: ?[\da-f]{40,64}/iy]) {
      pattern.lastIndex = start;
      const match = pattern.exec(text);
      if (match) return note(reading, start, start + match[0].length, "private-key");
    }
    return 0;
  },
};
