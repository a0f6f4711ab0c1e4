// Secrets that only their surroundings give away: passwords, cookies, the names of users in paths.
import { wraps } from "./contexts.mjs";
import { fromPattern, partsOf } from "./random.mjs";

const alnum = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
const quoted = Array.from("!@#$%^&*()_+-=[]{}|;:,.<>?/~");
const bare = Array.from("!@$%^*_+-=.?~");
const foreign = Array.from("äöüßéñłżçøшждя€");
const starts = [
  "b",
  "br",
  "d",
  "f",
  "g",
  "gl",
  "j",
  "k",
  "kr",
  "l",
  "m",
  "n",
  "p",
  "qu",
  "r",
  "s",
  "t",
  "tr",
  "v",
  "z",
];
const vowels = ["a", "e", "i", "o", "u", "ei", "ou"];
const ends = ["l", "n", "r", "s", "x", "m", "nd", "lk"];

const syllable = (random) => random.of(starts) + random.of(vowels);
const word = (random) => syllable(random) + syllable(random) + syllable(random) + random.of(ends);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const mixed = (random, signs) => {
  const letters = random.letters(alnum, 11 + random.below(5));
  const at = 3 + random.below(5);
  const some = random.letters(signs, 3);
  return `${letters.slice(0, at)}${some[0]}${letters.slice(at, at + 3)}${some[1]}${some[2]}${letters.slice(at + 3)}`;
};
const memo = (random) =>
  random.of([
    () => `${capital(word(random))}${100 + random.below(900)}!`,
    () => `${word(random)}-${word(random)}-${10 + random.below(90)}`,
    () => `${capital(word(random))}_${1950 + random.below(70)}`,
  ])();
const user = (random) =>
  random.of([
    () => word(random),
    () => `${random.of(starts)[0]}.${word(random)}`,
    () => `${word(random)}${10 + random.below(90)}`,
    () => `${capital(word(random))}`,
    () => `${word(random)}-${random.of(["dev", "work"])}`,
  ])();
const joined = (sign) => (random) => `${random.letters(alnum, 7)}${sign}${random.letters(alnum, 6)}`;
const packed = (text) => Buffer.from(text).toString("base64");

const styles = {
  plain: (random) => random.letters(alnum, 16 + random.below(9)),
  memo,
  odd: (random) => mixed(random, quoted),
  "odd-bare": (random) => mixed(random, bare),
  uni: (random) => `${capital(word(random))}${random.letters(foreign, 3)}${word(random)}${random.below(100)}`,
  phrase: (random) => [word(random), word(random), word(random), word(random)].join(" "),
  spaced: (random) => `${capital(word(random))} ${memo(random)}`,
  percent: (random) => encodeURIComponent(mixed(random, quoted)),
  "raw-at": joined("@"),
  "raw-hash": joined("#"),
  "raw-colon": joined(":"),
  "raw-slash": joined("/"),
  pair: (random) => packed(`${word(random)}:${mixed(random, quoted)}`),
  b64: (random) => packed(mixed(random, quoted)),
  token: (random) =>
    random.of([
      () => fromPattern("[A-Za-z0-9_-]{43}", random).value,
      () => fromPattern("[0-9a-f]{40}", random).value,
      () => fromPattern("[A-Za-z0-9]{32}", random).value,
    ])(),
  low32: (random) => fromPattern("[0-9a-f]{32}", random).value,
  uuid: (random) => fromPattern("<uuid>", random).value,
  user,
  "user-word": word,
  "user-full": (random) => `${capital(word(random))} ${capital(word(random))}`,
};

/** The sections of a table of texts: `%% name` opens one, a line of `--` stands between its texts. */
export function sectionsOf(table) {
  return table
    .split(/^%% /m)
    .slice(1)
    .map((section) => {
      const [, name, rest] = /^(.*)\n([\s\S]*)$/.exec(section);
      return { name, texts: rest.replace(/\n$/, "").split("\n--\n") };
    });
}

/** Writes the values into a text: `⟦!style⟧` and `⟦!pattern⟧` are secrets, `⟦pattern⟧` is not. */
export function fill(template, random) {
  const secrets = new Set();
  const users = new Map();
  const text = template.replace(/⟦(!?)([^⟧]+)⟧/g, (_, secret, what) => {
    const made = users.get(what) ?? styles[what]?.(random) ?? fromPattern(what, random).value;
    if (what.startsWith("user")) users.set(what, made);
    if (secret) for (const part of what.startsWith("user") ? [made] : partsOf(made)) secrets.add(part);
    if (secret && /^(user-full|phrase|spaced)$/.test(what)) for (const part of made.split(" ")) secrets.add(part);
    return made;
  });
  return { text, secrets: [...secrets] };
}

/** Every text of the table as it is, and four of each kind inside something that quotes it. */
export function* kindRows(table, openRandom) {
  const others = Object.keys(wraps).slice(2);
  for (const [index, { name: family, texts }] of sectionsOf(table).entries()) {
    const random = openRandom(family);
    for (const template of texts) {
      const { text, secrets } = fill(template, random);
      yield { family, context: "plain", text, absent: secrets };
    }
    const contexts = ["json-in-json", "json-twice", others[index % 6], others[(index + 3) % 6]];
    for (const [at, context] of contexts.entries()) {
      const { wrap, spell } = wraps[context];
      const { text, secrets } = fill(texts[(index + at * 2) % texts.length], random);
      yield { family, context, text: wrap(text), absent: secrets.map(spell) };
    }
  }
}
