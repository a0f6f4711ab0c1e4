// The word scan of the former redaction, frozen with it.
const scratch = Buffer.allocUnsafe(64 * 1024);
function isNamePart(unit) {
  return (
    (unit >= 97 && unit <= 122) ||
    (unit >= 65 && unit <= 90) ||
    (unit >= 48 && unit <= 57) ||
    unit === 95 ||
    unit === 45 ||
    unit === 46
  );
}
function isAssigned(text, from) {
  let at = from;
  for (const end = from + 64; at < end && isNamePart(text.charCodeAt(at)); at++);
  for (const end = at + 16; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 58 || unit === 61) return true;
    if (unit !== 34 && unit !== 39 && unit !== 92 && unit > 32 && unit < 128) return false;
  }
  return false;
}
function openWordScan(words) {
  const trie = [{ next: /* @__PURE__ */ new Map(), plain: 0, assigned: 0 }];
  for (const { word, assigned: assigned2, bits } of words) {
    let state = 0;
    for (const letter of word) {
      const unit = letter.charCodeAt(0);
      const known = trie[state]?.next.get(unit);
      const to = known ?? trie.push({ next: /* @__PURE__ */ new Map(), plain: 0, assigned: 0 }) - 1;
      trie[state]?.next.set(unit, to);
      state = to;
    }
    const node = trie[state];
    if (node && assigned2) node.assigned |= bits;
    else if (node) node.plain |= bits;
  }
  const classOf = new Uint8Array(256);
  const letters = [...new Set(words.flatMap(({ word }) => [...word]))];
  for (const [index, letter] of letters.entries()) {
    for (const form of [letter, letter.toUpperCase()]) classOf[form.charCodeAt(0)] = index + 1;
  }
  const width = letters.length + 1;
  const size = trie.length;
  const go = new Uint16Array(size * width);
  const plain = new Int32Array(size);
  const assigned = new Int32Array(size);
  const fallback = new Uint16Array(size);
  const queue = [0];
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at] ?? 0;
    const back = fallback[state] ?? 0;
    plain[state] = (trie[state]?.plain ?? 0) | (state === 0 ? 0 : (plain[back] ?? 0));
    assigned[state] = (trie[state]?.assigned ?? 0) | (state === 0 ? 0 : (assigned[back] ?? 0));
    for (const [index, letter] of letters.entries()) {
      const to = trie[state]?.next.get(letter.charCodeAt(0));
      const other = state === 0 ? 0 : (go[back * width + index + 1] ?? 0);
      go[state * width + index + 1] = to ?? other;
      if (to === void 0) continue;
      fallback[to] = other;
      queue.push(to);
    }
  }
  const ends = (state) => (plain[state] ?? 0) !== 0 || (assigned[state] ?? 0) !== 0;
  const order = [...queue.filter((state) => !ends(state)), ...queue.filter(ends)];
  const endsFrom = queue.filter((state) => !ends(state)).length * width;
  const placeOf = new Map(order.map((state, at) => [state, at * width]));
  const rows = new Uint16Array(size * width);
  for (const [at, state] of order.entries()) {
    for (let index = 0; index < width; index++) {
      rows[at * width + index] = placeOf.get(go[state * width + index] ?? 0) ?? 0;
    }
  }
  const found = order.map((state) => ({ plain: plain[state] ?? 0, assigned: assigned[state] ?? 0 }));
  return (text) => {
    let bits = 0;
    let state = 0;
    const bytes = text.length <= scratch.length ? scratch : Buffer.allocUnsafe(text.length);
    const length = bytes.write(text, 0, "latin1");
    for (let at = 0; at < length; at++) {
      state = rows[state + (classOf[bytes[at] ?? 0] ?? 0)] ?? 0;
      if (state < endsFrom) continue;
      const word = found[state / width];
      if (word === void 0) continue;
      bits |= word.plain;
      if ((word.assigned & ~bits) !== 0 && isAssigned(text, at + 1)) bits |= word.assigned;
    }
    return bits;
  };
}

export { openWordScan };
