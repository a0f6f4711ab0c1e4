import { type Finder, note, type Reading } from "./finder.ts";
import { isHarmlessPhrase, isHarmlessValue } from "./harmless.ts";
import { namesNone, type Strength, strengthOf } from "./name.ts";
import { entropyBits, isGibberish, isMixed, isOrdinary, isRandom, isUuid, isWordy } from "./shape.ts";
import { type Assignment, assignmentAt, nameEnd, nameStart } from "./sign.ts";
import { type Ending, readValue, type Value, wholeEnd } from "./value.ts";

const shouts = /^[A-Z][A-Z0-9_]*$/;
const proseLetters = /^[A-Za-z]{6,40}$/;
const proseEnding = /(?:ed|ing|able|ible|ly|ent|ant|ous|ful|less|ive|al|ion)$/;

// Letters alone are a secret where a line, a shell, an address or an option gives them to a password's name.
function lettersCount({ name, sign, startsLine, inQuery, isAmongPairs, tight }: Assignment, value: Value): boolean {
  if (sign === "flag" || inQuery || sign === "element") return true;
  if (sign === "says")
    return (
      proseLetters.test(value.text) &&
      value.text === value.text.toLowerCase() &&
      value.endsLine &&
      !/^(?:passe|passwort|kennwort)$/i.test(name) &&
      !proseEnding.test(value.text)
    );
  if (sign === "equals" && shouts.test(name)) return true;
  if (sign === "equals" && isAmongPairs) return true;
  if (sign === "colon" && tight) return false;
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

// Behind a remark about it stands a secret when it looks like one and nothing follows it.
function isRemarked({ text, quoted, endsLine }: Value): boolean {
  if (technical.test(text) || /\s/.test(text) || /^[\w.-]+@[\w.-]+\.[a-z]{2,}$/.test(text)) return false;
  if (isRandom(text, 12) || /^[\da-f]{32,}$/i.test(text) || isGibberish(text)) return true;
  return (quoted || endsLine) && text.length >= 6 && isMixed(text) && /[^\w]|[A-Z]/.test(text) && !/[/\\]/.test(text);
}

// Behind the name of a password a word with digits is one too.
function isPlainRemarked({ text, endsLine }: Value): boolean {
  return endsLine && /^[a-z]{4,20}[._-]?\d{2,6}$/.test(text) && !technical.test(text);
}

const joining =
  /^(?:is|are|must|the|your|you|not|to|be|cannot|please|has|with|for|of|and|or|will|was|if|as|this|that)$/;

// Words that a sentence would not put together.
function isPhrase(text: string): boolean {
  const spaced = text.split(" ");
  return (
    spaced.length >= 3 &&
    spaced.length <= 12 &&
    spaced.every((word) => /^[a-z\d-]{2,12}$/i.test(word) && !joining.test(word))
  );
}

function hasRandomWord(text: string): boolean {
  return text.split(" ").some((word) => isRandom(word, 8));
}

function isStrongSecret(assignment: Assignment, value: Value): boolean {
  const { text, quoted } = value;
  const plainLetters = /^[A-Za-z_]+$/.test(text);
  const { sign } = assignment;
  if (sign === "cell" && /^[A-Z]?[a-z]{3,}\d{2,}[a-z\d]*$/.test(text) && !technical.test(text)) return true;
  if (sign === "argument" && /^[A-Z][A-Z\d_]+$|\..*\./.test(assignment.name) && /^[A-Za-z]{4,20}\d{1,6}$/.test(text))
    return !technical.test(text);
  if (sign === "argument" || sign === "cell")
    return (
      isGibberish(text) ||
      (!isOrdinary(text) &&
        (/\d/.test(text) || /[^\w\s]/.test(text.slice(0, -1))) &&
        text.length >= 6 &&
        !isWordy(text))
    );
  if (sign === "spoken") return isSpokenSecret(assignment, text);
  if (sign === "remark") return isRemarked(value) || isPlainRemarked(value);
  if (sign === "beside" && /phrase$/i.test(assignment.name) && (isPhrase(text) || hasRandomWord(text))) return true;
  if (sign === "beside" && assignment.startsLine && /^(?:[A-Z][A-Za-z]+){2,}$/.test(assignment.name))
    return /\d|[^\w\s.-]/.test(text);
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

// `PASS: TestReset/none (0.00s)`: how a test went.
function isTestResult({ name, sign }: Assignment, { text, quoted }: Value): boolean {
  return /^pass$/i.test(name) && sign === "colon" && !quoted && /^[Tt]ests?[A-Z_./]|^[\w.-]+[/:]/.test(text);
}

function isMediumSecret(assignment: Assignment, value: Value): boolean {
  const { text } = value;
  if (assignment.besideUser && /^pass$/i.test(assignment.name)) return isStrongSecret(assignment, value);
  if (assignment.isAmongPairs && /pass|pw/i.test(assignment.name)) return isStrongSecret(assignment, value);
  if (assignment.sign === "colon" && assignment.startsLine && !assignment.tight && shouts.test(assignment.name))
    return isStrongSecret(assignment, value) && text.length >= 6 && !/^\d+$/.test(text);
  if (assignment.sign === "equals" && (assignment.startsLine || value.quoted) && shouts.test(assignment.name))
    return isStrongSecret(assignment, value) && text.length >= 6 && !/^\d+$/.test(text);
  if (assignment.sign === "spoken") return isSpokenSecret(assignment, text);
  if (assignment.sign === "remark")
    return isRemarked(value) || (/^(?:pw|pass)$/i.test(assignment.name) && isPlainRemarked(value));
  if (/^pw$/i.test(assignment.name) && assignment.sign === "says") return isStrongSecret(assignment, value);
  if (/^pw$/i.test(assignment.name) && /^(?:equals|colon)$/.test(assignment.sign) && isMixed(text) && text.length >= 6)
    return !technical.test(text);
  if (isGibberish(text) && assignment.sign !== "says") return true;
  if (isWordy(text) && !isUuid(text)) return false;
  if (assignment.sign === "says" || assignment.sign === "argument") return isRandom(text, 12) || isUuid(text);
  return (
    (isMixed(text) && text.length >= 8) ||
    isRandom(text, 16) ||
    (text.length >= 16 &&
      /^[A-Za-z0-9+/=_-]+$/.test(text) &&
      entropyBits(text) >= 3.3 &&
      !/^[a-z]+(?:[-_][a-z]+)*$/.test(text)) ||
    isGibberish(text) ||
    (/^[A-Za-z]{16,}$/.test(text) && !isOrdinary(text))
  );
}

function isWeakSecret(assignment: Assignment, value: Value): boolean {
  const text = value.text.replaceAll(/%[\dA-Fa-f]{2}/g, "");
  if (assignment.sign === "spoken" || assignment.sign === "remark")
    return /^[\w+/=-]+$/.test(text) && isRandom(text, 24) && entropyBits(text) >= 3.8 && /[A-Z]/.test(text);
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
  if (text.length >= 8 && text.length <= 160 && told.size < 32 && !isOrdinary(text)) told.add(text);
}

// A label in quotes does not stand behind a variable of the environment or an option, and behind a name of several words
// it begins like a sentence.
function isFirm({ name, sign, startsLine }: Assignment, strength: Strength, { text, quoted }: Value): boolean {
  if (!quoted || strength !== "strong" || !/\s/.test(text)) return false;
  if (sign === "flag" || (sign === "equals" && startsLine && shouts.test(name))) return true;
  return /^[a-z]+[_-]\w+$/.test(name) && /^[a-z\d]/.test(text) && /\d/.test(text);
}

// Names met lately, and whether they name no secret whatever word stands before them; most come again and again.
const named = new Map<string, boolean>();
const namedMost = 2000;

function isNoSecret(name: string): boolean {
  const known = named.get(name);
  if (known !== undefined) return known;
  const none = namesNone(name);
  if (named.size >= namedMost) named.clear();
  named.set(name, none);
  return none;
}

/** Values that are given to the name of a secret: in settings, code, shells, addresses, tables and sentences. */
export const assignmentFinder: Finder = {
  kinds: ["secret", "env"],
  words: ["pass", "pw", "psk", "secret", "token", "key", "cred", "auth", "dsn", "phrase"],
  find(reading, wordStart, wordEnd) {
    const { text } = reading;
    const end = nameEnd(text, wordEnd);
    const next = text.charCodeAt(end);
    // Nothing is given to a name that ends the text.
    if (Number.isNaN(next)) return end;
    const start = nameStart(text, wordStart);
    if (isNoSecret(text.slice(start, end).replace(/^-{1,9}/, ""))) return end;
    const assignment = assignmentAt(text, start, end);
    if (assignment === null) return end;
    const strength = strengthOf(assignment.name, assignment.wordBefore);
    if (strength === null) return end;
    const read = readValue(reading, assignment.valueAt, endingOf(assignment));
    if (read === null) return end;
    const value = trimmed(read, assignment);
    const isNone = isFirm(assignment, strength, value) ? isHarmlessPhrase(value.text) : isHarmlessValue(value);
    if (isTestResult(assignment, value) || isNone || !tests[strength](assignment, value)) return end;
    if (strength !== "weak" && value.text.length === value.end - value.start) tell(reading, value.text);
    return note(reading, value.start, wholeEnd(text, value), kindOf(assignment));
  },
};
