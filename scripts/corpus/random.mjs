const sets = {
  d: "0123456789",
  h: "0123456789abcdef",
  H: "0123456789ABCDEF",
  l: "abcdefghijklmnopqrstuvwxyz",
  u: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  a: "abcdefghijklmnopqrstuvwxyz0123456789",
  A: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  n: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  w: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
  b: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  B: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  p: "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#%*+^",
};

/** Random letters from a seed (mulberry32), so that a corpus can be made again. */
export function openRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count) => Math.floor(next() * count);
  const pick = (list) => list[below(list.length)];
  // Real keys have digits and letters: a draw without is drawn again, as it would be one in thousands.
  const of = (set, length) => {
    for (;;) {
      const drawn = Array.from({ length }, () => pick(sets[set])).join("");
      if (length < 10 || set === "l" || set === "d" || set === "u" || (/\d/.test(drawn) && /[A-Za-z]/.test(drawn)))
        return drawn;
    }
  };
  return { next, below, pick, of };
}

/** A maker of secrets from a pattern: `ghp_{n36}` is the prefix and 36 letters and digits. */
export function pattern(template) {
  return ({ of }) => template.replace(/\{(\w)(\d+)\}/g, (_, set, length) => of(set, Number(length)));
}
