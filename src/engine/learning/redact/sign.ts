import { endsEscape } from "./place.ts";
import { isNamePart } from "./value.ts";

/** How a value is given to a name. */
export type Sign =
  | "colon"
  | "equals"
  | "says"
  | "flag"
  | "beside"
  | "argument"
  | "element"
  | "cell"
  | "spoken"
  | "remark";

/** A name and how a value is given to it. */
export interface Assignment {
  readonly name: string;
  /** The word before a name of one word: "API key". */
  readonly wordBefore: string;
  readonly sign: Sign;
  /** Whether a blank or nothing stands between sign and value: YAML needs one behind its colon. */
  readonly tight: boolean;
  readonly valueAt: number;
  /** Whether the name is the first thing on its line, but for marks of lists, diffs and shells. */
  readonly startsLine: boolean;
  /** Whether the name stands in the query of an address. */
  readonly inQuery: boolean;
  /** Whether the name of a user stands shortly before, as in the settings of a login. */
  readonly besideUser: boolean;
  /** Whether other names and values stand beside it, as in the connection string of a database. */
  readonly isAmongPairs: boolean;
}

interface Given {
  readonly sign: Sign;
  readonly valueAt: number;
  readonly startsLine?: boolean;
}

const longestName = 64;
const longestLead = 60;

const escapeSign = String.raw`(?:${String.fromCharCode(27)}|\\{1,4}(?:u001b|x1b|033|e))`;
const colour = String.raw`${escapeSign}\[[\d;]{0,10}m`;
const colourOpens = new RegExp(String.raw`${escapeSign}\[[\d;]{0,10}$`, "i");

// The end of a terminal's colour is none of a name's: `ESC[36mTOKEN`.
function coloured(text: string, start: number): number {
  const unit = text.charAt(start - 1);
  if (unit !== "[" && unit !== ";") return 0;
  const end = /^\d{0,3}m/.exec(text.slice(start, start + 4))?.[0].length ?? 0;
  return end > 0 && colourOpens.test(text.slice(Math.max(0, start - 20), start)) ? end : 0;
}

/** Where the name that holds a place starts. */
export function nameStart(text: string, from: number): number {
  let start = from;
  while (start > 0 && from - start < longestName && isNamePart(text.charCodeAt(start - 1))) start--;
  // The letter of an escape is none of the name's: `\nPASSWORD=`.
  const colour = coloured(text, start);
  if (colour > 0) return start + colour;
  if (text.charCodeAt(start - 1) === 92 && endsEscape(text, start)) start++;
  else if (text.charCodeAt(start - 1) === 37 && endsEscape(text, start + 1)) start += 2;
  return start;
}

/** Where the name that holds a place ends. */
export function nameEnd(text: string, from: number): number {
  let end = from;
  while (end - from < longestName && isNamePart(text.charCodeAt(end))) end++;
  while (end > from && text.charCodeAt(end - 1) === 46) end--;
  return end;
}

const marks =
  /(?:^|["'`])[ \t]{0,40}(?:[-+*>#|]{1,3}|\d{1,2}[.)]|\/\/|<!--)?[ \t]{0,9}(?:(?:export|set|setx|env|ENV|ARG|declare|local|const|let|var|-e|--env|-D|\$env:)[ \t]{0,9}){0,3}["'`*\\]{0,4}$/;

// The lead of a name is what stands between it and the start of its line, also in escaped text.
function startsItsLine(text: string, start: number): boolean {
  const least = Math.max(0, start - longestLead);
  let from = start;
  for (; from > least; from--) {
    const unit = text.charCodeAt(from - 1);
    if (unit === 10 || unit === 13) break;
    if ((unit === 110 || unit === 114) && endsEscape(text, from - 1)) break;
  }
  if (from === least && least > 0)
    return /["'`]/.test(text.slice(least, start)) && marks.test(`.${text.slice(least, start)}`);
  return marks.test(text.slice(from, start));
}

const says =
  /[ \t]{1,3}(?:(?:for|of|to|in|on|from|für|de|di|du)(?: [\w.@-]{1,40}){1,4}?[ \t]{1,2}|(?:we|I|you|they|he|she)(?: [\w'-]{1,20}){1,6}?[ \t]|\([^()\n]{1,60}\)[ \t])?(?:is|was|ist|are|reads|lautet|war|est|es|é|è|être|to|auf)(?:[ \t]{0,2}:|[ \t]{1,2}(?:now |still |set to |called |simply |just |jetzt |nun )?)[ \t]{0,2}/iy;
const remark =
  /[ \t](?:(?:\[[^\]\n]{1,40}\]|\([^()\n]{1,40}\)|(?:reset|für|pour|para|per|von|zum|zur|for|of|to|here|now|below|on|in|from|at|as|base|value|string|material)(?![\w])(?:'[^'\n]{1,80}'|[^\n:=?"`{}()<>|;]){0,60})(?::| →)[ \t]{1,3}|\?[ \t]{1,3})(?=\S)/y;
const below = /[ \t]?:?(?:[ \t]{0,3}(?:\r?\n|(?:\\{1,7}r)?\\{1,7}n)){1,2}[ \t>]{0,9}(?=[\w+/.!@#$%^&*-]{8})/y;
const escapedGap = /:(?:\\{1,7}t)/y;
const typed =
  /\??:\s{0,3}(?:string|String|str|&(?:'static )?str|char\s?\*|text|TEXT|Secret|SecretStr)(?:\s?\|\s?(?:null|undefined|None))?\s{0,3}=\s{0,3}/y;
const valueOfName =
  /\\{0,7}["'`]?(?:\s|,|\\{1,3}[nrt]|\+){1,40}\\{0,7}["']?(?:default_?)?value\\{0,7}["']?\s{0,4}[:=]\s{0,4}/iy;
const closers = new RegExp(String.raw`(?:\\{0,7}["'\`\]*)]|[ \t]|${colour}){0,6}`, "iy");
const colours = new RegExp(`(?:${colour}){1,3}`, "iy");
const prefixed = /(?:N|L|[bruBRU]{1,2})(?=\\{0,7}["'])/y;
const signs = /(?:->(?=\s)|→|\?\?=|\|\|=|:=|=>|\+=|\?=|!?:(?!:)|={1,3}(?![~>]))\s{0,9}\*{0,2}\s{0,2}/y;
const block = /[|>][-+]?[ \t]{0,9}(?:\r?\n|\\{1,3}n)[ \t+>]{1,40}/y;
const argument = /\\{0,7}["'`],\s{0,20}(?=\\{0,7}["'`])|\((?=\\{0,7}["'`])/y;
const attribute = /\\{0,3}["']\s{1,4}(?:value|content)=(?=\\{0,3}["'])/y;
const cell = /[ \t`*]{0,20}\|[ \t]{0,20}/y;
const inBrackets = /[ \t]{1,2}\((?=[^\s"'`|=:()]{12,600}\))/y;
const markup =
  /:?\s?(?:<\/(?:t[dh]|dt|b|strong|em|span|label|code|p)>\s{0,40}:?\s{0,3}){1,2}(?:<(?:td|dd|code|kbd|b|strong|span|tt|p)(?: [^<>]{0,80})?>\s{0,20}){1,3}/y;
const spoken = /[ \t]{1,2}(?=[^\s"'`|=:]{8})/y;
const flagGap = /=|(?:["'\\,]| ){1,6}(?=\S)/y;
const settings = /(?:^|[\s"'`])(?:setx|ENV|ARG|set -[gUx]{1,3}|setenv)$/;

function lengthAt(pattern: RegExp, text: string, place: number): number {
  pattern.lastIndex = place;
  return pattern.test(text) ? pattern.lastIndex - place : 0;
}

function signed(text: string, start: number, end: number): Given | null {
  const from = end + lengthAt(closers, text, end);
  const length = lengthAt(signs, text, from);
  if (length === 0) return null;
  const sign = text.slice(from, from + length);
  const coloured = from + length + lengthAt(colours, text, from + length);
  const valueAt = coloured + lengthAt(prefixed, text, coloured);
  // A shell tells what to say when nothing is given: `${NAME:?it is missing}`; a page binds an attribute: `" :type="`.
  if (/^:[?+]/.test(text.slice(from, from + 2)) && text.charAt(start - 1) === "{") return null;
  if (sign === ":" && from > end + 1 && /^:[a-z][\w.-]{0,30}=/.test(text.slice(from, from + 34))) return null;
  // `a:b:c` is a name with colons in it.
  if (sign.startsWith(":") && text.charAt(start - 1) === ":") return null;
  // A path ends before a colon: `/run/secrets:mode=0755`.
  if (sign === ":" && text.charAt(start - 1) === "/") return null;
  if (sign.startsWith("==")) return { sign: "argument", valueAt };
  const kind = /^!?:(?!=)/.test(sign) ? "colon" : "equals";
  // The value may stand on the next line: further in, or as a block of YAML.
  const inBlock = lengthAt(block, text, valueAt);
  if (inBlock > 0) return { sign: kind, valueAt: valueAt + inBlock, startsLine: true };
  return /[\n\r]/.test(sign) && !/[:=][ \t]*\r?\n[ \t]+$/.test(sign) ? null : { sign: kind, valueAt };
}

function optioned(text: string, start: number, end: number): Given | null {
  const isFlag = text.charCodeAt(start) === 45 && /^-{1,2}[a-z]/i.test(text.slice(start, start + 3));
  if (!isFlag) {
    const given = text.charAt(end) === " " && settings.test(text.slice(Math.max(0, start - 12), start).trimEnd());
    return given && text.charAt(start - 1) === " " ? { sign: "flag", valueAt: end + 1 } : null;
  }
  const gap = lengthAt(flagGap, text, end);
  if (gap === 0) return null;
  const opens = /["'\\]*$/.exec(text.slice(end, end + gap))?.[0].length ?? 0;
  return { sign: "flag", valueAt: end + gap - opens };
}

function listed(text: string, end: number): Given | null {
  const length = lengthAt(valueOfName, text, end);
  return length === 0 ? null : { sign: "flag", valueAt: end + length, startsLine: true };
}

function afterBlank(text: string, start: number, end: number): Given | null {
  const given = optioned(text, start, end) ?? signed(text, start, end);
  if (given !== null) return given;
  const said = lengthAt(says, text, end);
  if (said > 0) return { sign: "says", valueAt: end + said };
  const quote = /^[ \t]{1,3}(?=\\{0,3}["'`])/.exec(text.slice(end, end + 7));
  if (quote !== null) return { sign: "beside", valueAt: end + quote[0].length };
  const inCell = lengthAt(cell, text, end);
  if (inCell > 0) return inTable(text, start, end + inCell);
  const remarked = lengthAt(remark, text, end);
  if (remarked > 0) return { sign: "remark", valueAt: end + remarked };
  const bracket = lengthAt(inBrackets, text, end);
  if (bracket > 0) return { sign: "spoken", valueAt: end + bracket };
  const next = lengthAt(spoken, text, end);
  return next > 0 ? { sign: "spoken", valueAt: end + next } : listed(text, end);
}

// A label with a colon, and the value alone on the line below it.
function underneath(text: string, end: number): Given | null {
  const length = text.charAt(end) === ":" ? lengthAt(below, text, end) : 0;
  return length > 0 ? { sign: "remark", valueAt: end + length } : null;
}

function asked(text: string, end: number): Given | null {
  return text.charAt(end) === "?" && /^\?[ \t]\S/.test(text.slice(end, end + 3))
    ? { sign: "remark", valueAt: end + 2 }
    : null;
}

// The next cell of a table of a page, or what stands behind a label in bold.
function inMarkup(text: string, end: number): Given | null {
  const length = lengthAt(markup, text, end);
  return length > 0 ? { sign: "cell", valueAt: end + length } : null;
}

function inTable(text: string, start: number, valueAt: number): Given | null {
  return /\|[ \t`*]{0,6}$/.test(text.slice(Math.max(0, start - 8), start)) ? { sign: "cell", valueAt } : null;
}

function afterQuote(text: string, start: number, end: number): Given | null {
  const given = optioned(text, start, end) ?? signed(text, start, end);
  if (given !== null) return given;
  const other = listed(text, end);
  if (other !== null) return other;
  const beside = lengthAt(argument, text, end);
  if (beside > 0) return { sign: "argument", valueAt: end + beside };
  const valued = lengthAt(attribute, text, end);
  if (valued > 0) return { sign: "equals", valueAt: end + valued };
  const inCell = lengthAt(cell, text, end);
  return inCell > 0 ? inTable(text, start, end + inCell) : null;
}

// The letter behind a name tells nearly always that nothing is given to it.
function givenTo(text: string, start: number, end: number): Given | null {
  switch (text.charAt(end)) {
    case ":":
    case "=":
    case "?":
    case "!":
    case "|":
    case "+": {
      const declared = lengthAt(typed, text, end);
      if (declared > 0) return { sign: "equals", valueAt: end + declared };
      const gap = lengthAt(escapedGap, text, end);
      if (gap > 0) return { sign: "remark", valueAt: end + gap };
      if (text.charAt(end + 1) === "\\") {
        const under = underneath(text, end);
        if (under !== null) return under;
      }
      const marked = text.startsWith(":<", end) ? inMarkup(text, end) : null;
      if (marked !== null) return marked;
      return (
        optioned(text, start, end) ??
        signed(text, start, end) ??
        underneath(text, end) ??
        asked(text, end) ??
        (text.charAt(end) === "|" ? inTable(text, start, end + 1) : null)
      );
    }
    case " ":
    case "\t":
      return afterBlank(text, start, end);
    case "\x1b":
      return signed(text, start, end);
    case '"':
    case "'":
    case "`":
    case "\\":
    case "]":
    case "*":
    case ")":
      return afterQuote(text, start, end);
    case ">":
      if (text.charAt(start - 1) !== "<") return null;
      return { sign: "element", valueAt: end + (text.startsWith("<![CDATA[", end + 1) ? 10 : 1) };
    case "(": {
      const length = lengthAt(argument, text, end);
      return length > 0 ? { sign: "argument", valueAt: end + length } : null;
    }
    case "<":
      return inMarkup(text, end);
    case "\n":
    case "\r":
    case ",":
      return listed(text, end);
    default:
      return null;
  }
}

/** What is given to the name between two places, if anything is. */
export function assignmentAt(text: string, start: number, end: number): Assignment | null {
  const given = givenTo(text, start, end);
  if (given === null) return null;
  const before = text.charAt(start - 1);
  const lead = text.slice(Math.max(0, start - longestLead), start);
  return {
    name: text.slice(start, end).replace(/^-{1,9}/, ""),
    wordBefore: before === " " ? (/([A-Za-z]{2,20}) $/.exec(lead.slice(-22))?.[1] ?? "") : "",
    startsLine: given.startsLine ?? startsItsLine(text, start),
    inQuery: before === "?" || before === "&",
    besideUser: /(?:^|[^A-Za-z])(?:user(?:[-_]?name)?|login|e?mail)[\\"']{0,8}\s{0,2}[:=]/i.test(lead),
    isAmongPairs: (before === " " || before === ";") && /[\w ]=[^\s;&,=()]{1,40}[ ;] ?$/.test(lead),
    tight: !/\s/.test(text.charAt(given.valueAt - 1)),
    sign: given.sign,
    valueAt: given.valueAt,
  };
}
