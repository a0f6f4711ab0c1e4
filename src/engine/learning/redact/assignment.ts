import { type Finder, note, type Reading } from "./finder.ts";
import { isHarmlessValue } from "./harmless.ts";
import { type Strength, strengthOf } from "./name.ts";
import { endsEscape } from "./place.ts";
import { entropyBits, isMixed, isOrdinary, isRandom, isUuid, isWordy } from "./shape.ts";
import { type Ending, isNamePart, readValue, type Value, wholeEnd } from "./value.ts";

/** A name and how a value is given to it. */
interface Assignment {
  readonly name: string;
  /** The word before a name of one word: "API key". */
  readonly wordBefore: string;
  readonly sign: "colon" | "equals" | "says" | "flag" | "beside" | "argument" | "element" | "cell" | "spoken";
  readonly valueAt: number;
  /** Whether the name is the first thing on its line, but for marks of lists, diffs and shells. */
  readonly startsLine: boolean;
  /** Whether the name stands in the query of an address. */
  readonly inQuery: boolean;
  /** Whether other names and values stand beside it, as in the connection string of a database. */
  readonly isAmongPairs: boolean;
}

const longestName = 64;

function nameStart(text: string, from: number): number {
  let start = from;
  while (start > 0 && from - start < longestName && isNamePart(text.charCodeAt(start - 1))) start--;
  // The letter of an escape is none of the name's: `\nPASSWORD=`.
  if (text.charCodeAt(start - 1) === 92 && endsEscape(text, start)) start++;
  else if (text.charCodeAt(start - 1) === 37 && endsEscape(text, start + 1)) start += 2;
  return start;
}

function nameEnd(text: string, from: number): number {
  let end = from;
  while (end - from < longestName && isNamePart(text.charCodeAt(end))) end++;
  while (end > from && text.charCodeAt(end - 1) === 46) end--;
  return end;
}

const lineLead =
  /(?:^|[\n\r]|\\[nr]|["'`])[ \t]*(?:[-+*>#|]|\d{1,2}[.)]|\/\/|<!--)?[ \t]*(?:(?:export|set|setx|env|ENV|ARG|declare|local|const|let|var|-e|--env|-D|\$env:|\*{1,2})[ \t]*)*["'`*\\]{0,4}$/;
const says =
  /[ \t]{1,3}(?:(?:for|of|to) [\w.@-]{1,40}[ \t]{1,2})?(?:is|was|ist|are|reads)(?:[ \t]{0,2}:|[ \t]{1,2}(?:now |still |set to |called |simply |just )?)[ \t]{0,2}/iy;
const typed =
  /(?::|\?:)\s{0,3}(?:string|String|str|&(?:'static )?str|char\s?\*|text|TEXT|Secret|SecretStr)(?:\s?\|\s?(?:null|undefined|None))?\s{0,3}=\s{0,3}/y;
const valueOfName =
  /\\{0,7}["'`]?(?:\s|,|\\{1,3}[nrt]|\+){1,40}\\{0,7}["']?(?:default_?)?value\\{0,7}["']?\s{0,4}[:=]\s{0,4}/iy;
const closers = /(?:\\{0,7}["'`\]*)]|[ \t]){0,6}/y;
const signs = /(?:\?\?=|\|\|=|:=|=>|\+=|\?=|!?:(?!:)|={1,3}(?![~>]))\s{0,9}\*{0,2}\s{0,2}/y;
const wordBeforeName = /([A-Za-z]{2,20}) $/;

function at(pattern: RegExp, text: string, place: number): string | null {
  pattern.lastIndex = place;
  return pattern.exec(text)?.[0] ?? null;
}

function assignmentAt(text: string, start: number, end: number): Assignment | null {
  const before = text.charAt(start - 1);
  const lead = text.slice(Math.max(0, start - 60), start);
  const base = {
    name: text.slice(start, end).replace(/^-+/, ""),
    wordBefore: wordBeforeName.exec(lead)?.[1] ?? "",
    startsLine:
      lineLead.test(start < 60 ? lead : lead.replace(/^[^\n]*?(?=.{59}$)/, "")) &&
      (start < 60 || /[\n\r"'`]|\\[nr]/.test(lead)),
    inQuery: before === "?" || before === "&",
    isAmongPairs: /[\w ]=[^\s;&,=()]{1,40}[ ;] ?$/.test(lead),
  };
  const flagged = /^-{1,2}[a-z]/i.test(text.slice(start, start + 3));
  if (flagged && /^(?: |=|\\?["'], ?\\?["'])/.test(text.slice(end, end + 5))) {
    const gap = /^(?:["'\\,]| ){1,6}(?=\S)|^=/.exec(text.slice(end, end + 7))?.[0] ?? "";
    const opens = /["'\\]+$/.exec(gap)?.[0].length ?? 0;
    return { ...base, sign: "flag", valueAt: end + gap.length - opens };
  }
  if (/(?:^|[\s"'`])(?:setx|ENV|ARG|set -[gUx]{1,3}|setenv|requirepass) $/.test(lead) && text.charAt(end) === " ")
    return { ...base, sign: "flag", valueAt: end + 1 };
  const listed = at(valueOfName, text, end);
  if (listed !== null) return { ...base, startsLine: true, sign: "flag", valueAt: end + listed.length };
  const annotated = at(typed, text, end);
  if (annotated !== null) return { ...base, sign: "equals", valueAt: end + annotated.length };
  const said = at(says, text, end);
  if (said !== null) return { ...base, sign: "says", valueAt: end + said.length };
  if (before === "<" && text.charAt(end) === ">") {
    return { ...base, sign: "element", valueAt: end + (text.startsWith("<![CDATA[", end + 1) ? 10 : 1) };
  }
  const closed = at(closers, text, end) ?? "";
  const signAt = end + closed.length;
  const sign = at(signs, text, signAt);
  if (sign?.startsWith(":") && before === ":") return null;
  if (sign !== null) {
    // The value may stand on the next line, where it is a block of YAML.
    const block =
      /^[|>][-+]?[ \t]*(?:\r?\n|\\{1,3}n)[ \t+>]{1,40}/.exec(
        text.slice(signAt + sign.length, signAt + sign.length + 60),
      )?.[0] ?? "";
    if (block === "" && /[\n\r]/.test(sign) && !/[:=][ \t]*\r?\n[ \t]+$/.test(sign)) return null;
    const kind =
      sign.trimStart().startsWith(":") && !sign.startsWith(":=") ? "colon" : sign.startsWith("!:") ? "colon" : "equals";
    if (/^={2,3}/.test(sign)) return { ...base, sign: "argument", valueAt: signAt + sign.length };
    return {
      ...base,
      startsLine: base.startsLine || block !== "",
      sign: kind,
      valueAt: signAt + sign.length + block.length,
    };
  }
  if (/^[ \t]{1,3}\\{0,3}["'`]$/.test(text.slice(end, signAt)))
    return { ...base, sign: "beside", valueAt: signAt - (/\\{0,3}["'`]$/.exec(closed)?.[0].length ?? 0) };
  const argument = /^(?:\\{0,7}["'`]),\s{0,4}(?=\\{0,7}["'`])|^\((?=\\{0,7}["'`])/.exec(text.slice(end, end + 24))?.[0];
  if (argument !== undefined) return { ...base, sign: "argument", valueAt: end + argument.length };
  const attribute = /^\\{0,3}["']\s{1,4}(?:value|content)=(?=\\{0,3}["'])/.exec(text.slice(end, end + 24))?.[0];
  if (attribute !== undefined) return { ...base, sign: "equals", valueAt: end + attribute.length };
  const cell = /^[ \t`*]{0,20}\|[ \t]{0,20}/.exec(text.slice(end, end + 44))?.[0];
  if (cell !== undefined && /\|[ \t`*]{0,6}$/.test(lead)) return { ...base, sign: "cell", valueAt: end + cell.length };
  const spoken = /^[ \t]{1,2}(?=[^\s"'`|=:]{8})/.exec(text.slice(end, end + 10))?.[0];
  return spoken === undefined ? null : { ...base, sign: "spoken", valueAt: end + spoken.length };
}

const shouts = /^[A-Z][A-Z0-9_]*$/;
const proseLetters = /^[A-Za-z]{6,40}$/;
const proseEnding = /(?:ed|ing|able|ible|ly|ent|ant|ous|ful|less|ive|al|er|est|ion)$/;

// Letters alone are a secret where a line, a shell, an address or an option gives them to a password's name.
function lettersCount({ name, sign, startsLine, inQuery, isAmongPairs }: Assignment, value: Value): boolean {
  if (sign === "flag" || inQuery || sign === "element") return true;
  if (sign === "says")
    return (
      proseLetters.test(value.text) &&
      value.text === value.text.toLowerCase() &&
      value.endsLine &&
      !proseEnding.test(value.text)
    );
  if (sign === "equals" && shouts.test(name)) return true;
  if (sign === "equals" && isAmongPairs) return true;
  if (sign === "colon" || sign === "equals") return value.endsLine && (startsLine || value.text.length >= 4);
  return false;
}

const technical =
  /^(?:sha|md|base|argon|pbkdf|bcrypt|utf|aes|rsa|ecdsa|ed25519|ipv|http|oauth|v\d|step|test|field|user|python|node|win|log|es|x\d|rfc|version|line|page|option|mysql|caching_sha2)/i;

// A value right behind a name of secrets, as people write it, is one only when it looks like nothing else.
function isSpokenSecret({ name }: Assignment, text: string): boolean {
  if (technical.test(text) || !/^[\w+/=.!@#$%^&*~-]+$/.test(text) || !isMixed(text)) return false;
  return (
    isRandom(text, 12) ||
    (/^(?:[\w.-]{0,40}[._-])?(?:pass(?:word|phrase|wd)|rootpw)$/i.test(name) &&
      /^[A-Za-z]+[\d!@#$%^&*]+[\w!@#$%^&*]*$/.test(text))
  );
}

function isStrongSecret(assignment: Assignment, value: Value): boolean {
  const { text, quoted } = value;
  const plainLetters = /^[A-Za-z_]+$/.test(text);
  const { sign } = assignment;
  if (sign === "argument" || sign === "cell")
    return (
      !isOrdinary(text) && (/\d/.test(text) || /[^\w\s]/.test(text.slice(0, -1))) && text.length >= 6 && !isWordy(text)
    );
  if (sign === "spoken") return isSpokenSecret(assignment, text);
  if (sign === "beside") return /\d|[^\w\s.-]/.test(text) && !/\s/.test(text);
  if (sign === "says")
    return quoted
      ? !/\s/.test(text) || text.length > 12
      : (/\d/.test(text) ||
          /[^\w\s'.,-]/.test(text.slice(0, -1)) ||
          /-.*-/.test(text) ||
          lettersCount(assignment, value)) &&
          text.length >= 5;
  if (quoted) return true;
  if (/^\d+$/.test(text)) return text.length >= 4 && !/length|min|max/i.test(assignment.name);
  return plainLetters || /^[a-z]+(?:-[a-z]+){0,2}$/.test(text) ? lettersCount(assignment, value) : true;
}

function isMediumSecret(assignment: Assignment, value: Value): boolean {
  const { text } = value;
  if (assignment.sign === "equals" && assignment.startsLine && shouts.test(assignment.name))
    return isStrongSecret(assignment, value) && text.length >= 6 && !/^\d+$/.test(text);
  if (assignment.sign === "spoken") return isSpokenSecret(assignment, text);
  if (isWordy(text) && !isUuid(text)) return false;
  if (assignment.sign === "says" || assignment.sign === "argument") return isRandom(text, 12) || isUuid(text);
  return (
    (isMixed(text) && text.length >= 8) ||
    isRandom(text, 16) ||
    (text.length >= 16 &&
      /^[A-Za-z0-9+/=_-]+$/.test(text) &&
      entropyBits(text) >= 3.3 &&
      !/^[a-z]+(?:[-_][a-z]+)*$/.test(text)) ||
    (/^[A-Za-z]{16,}$/.test(text) && !isOrdinary(text))
  );
}

function isWeakSecret(assignment: Assignment, value: Value): boolean {
  const { text } = value;
  if (assignment.sign === "spoken") return false;
  const shouted = assignment.sign === "equals" && shouts.test(assignment.name);
  if (/^[A-Za-z0-9+/]{12,}={1,2}$/.test(text) && /:/.test(Buffer.from(text.slice(0, 400), "base64").toString("latin1")))
    return true;
  if (/^[\da-f]+$/i.test(text)) return shouted && text.length >= 20;
  if (isUuid(text)) return shouted;
  return isRandom(text, shouted ? 12 : 20) && entropyBits(text) >= 3.2;
}

const tests: Readonly<Record<Strength, (assignment: Assignment, value: Value) => boolean>> = {
  strong: isStrongSecret,
  medium: isMediumSecret,
  weak: isWeakSecret,
};

function endingOf({ sign, startsLine, inQuery }: Assignment): Ending {
  if (inQuery) return "query";
  return sign === "flag" || ((sign === "colon" || sign === "equals") && startsLine) ? "blank" : "mark";
}

function kindOf({ name, sign, startsLine }: Assignment): string {
  return sign === "equals" && startsLine && shouts.test(name) ? "env" : "secret";
}

// Code ends its statements and arguments with marks that are no part of a value.
function trimmed(value: Value, assignment: Assignment): Value {
  if (value.quoted || endingOf(assignment) !== "blank") return value;
  const code = /^[\w.$>()[\]?!-]+[;,)}\]]+$/.test(value.text) && /[;,)}\]]$/.test(value.text);
  const text = code ? value.text.replace(/[;,)}\]]+$/, "") : value.text;
  return text === value.text ? value : { ...value, text, end: value.start + text.length, endsLine: false };
}

/** Remembers a value that its context told to be secret, so that it is found elsewhere in the text. */
export function tell({ told }: Reading, text: string): void {
  if (text.length >= 8 && text.length <= 400 && told.size < 32 && !isOrdinary(text)) told.add(text);
}

/** Values that are given to the name of a secret: in settings, code, shells, addresses, tables and sentences. */
export const assignmentFinder: Finder = {
  kinds: ["secret", "env"],
  words: ["pass", "pw", "psk", "secret", "token", "key", "cred", "auth", "dsn"],
  find(reading, wordStart, wordEnd) {
    const { text } = reading;
    const end = nameEnd(text, wordEnd);
    const next = text.charCodeAt(end);
    // Nothing is given to a name that ends the text.
    if (Number.isNaN(next)) return end;
    const start = nameStart(text, wordStart);
    const assignment = assignmentAt(text, start, end);
    if (assignment === null) return end;
    const strength = strengthOf(assignment.name, assignment.wordBefore);
    if (strength === null) return end;
    const read = readValue(text, assignment.valueAt, endingOf(assignment));
    if (read === null) return end;
    const value = trimmed(read, assignment);
    if (isHarmlessValue(value) || !tests[strength](assignment, value)) return end;
    tell(reading, value.text);
    return note(reading, value.start, wholeEnd(text, value), kindOf(assignment));
  },
};
