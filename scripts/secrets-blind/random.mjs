// Random things that come out the same on every run: a small generator of numbers, and values made from patterns.

/** Every value of the corpus follows from this number and the name of its family. */
export const SEED = 20_260_314;

/** A generator of its own for each name, so that a new family changes no old one. */
export function openRandom(name) {
  let state = SEED;
  for (const letter of name) state = Math.imul(state ^ letter.codePointAt(0), 16_777_619) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit) => next() % limit;
  const of = (list) => list[below(list.length)];
  return { below, of, letters: (alphabet, count) => Array.from({ length: count }, () => of(alphabet)).join("") };
}

function alphabetOf(inside) {
  const spread = (_, from, to) => {
    const [first, last] = [from.codePointAt(0), to.codePointAt(0)];
    return Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)).join("");
  };
  return Array.from(inside.replace(/([A-Za-z0-9])-([A-Za-z0-9])/g, spread));
}

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]{1}[0-9a-f]{3}-[0-9a-f]{12}";

/**
 * Makes a value from a pattern like `ghp_[A-Za-z0-9]{36}`. What stands in round brackets is the secret;
 * without brackets it is all that follows the leading literal.
 */
export function fromPattern(pattern, random) {
  const full = pattern.replaceAll("<uuid>", uuid);
  const marked = full.includes("(") ? full : full.replace(/^[^[]*/, (literal) => `${literal}(`).concat(")");
  const secrets = [];
  let value = "";
  let start = 0;
  for (const [part, inside, count] of marked.matchAll(/\[([^\]]+)\]\{(\d+)\}|./gs)) {
    if (inside !== undefined) value += random.letters(alphabetOf(inside), Number(count));
    else if (part === "(") start = value.length;
    else if (part === ")") secrets.push(value.slice(start));
    else value += part;
  }
  return { value, secrets };
}

/** What must not survive of a secret: all of it, its beginning and its end, so that half a secret counts as lost. */
export function partsOf(secret) {
  if (secret.length >= 16) return [secret, secret.slice(0, 12), secret.slice(-8)];
  if (secret.length >= 12) return [secret, secret.slice(-8)];
  return secret.length >= 8 ? [secret, secret.slice(-5)] : [secret];
}
