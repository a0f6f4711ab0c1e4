const scratch = Buffer.allocUnsafe(64 * 1024);

/** What is called for each word that a scan finds: which word, and where it ends. */
export type WordVisit = (word: number, end: number) => void;

interface Node {
  readonly next: Map<number, number>;
  readonly words: number[];
}

const beyondAscii = /[^\t-~]/g;

// Bytes beyond ASCII share a few classes, or the table would not stay in the fastest memory.
function folded(word: string): string {
  return word.replace(beyondAscii, (letter) => String.fromCharCode(128 + (letter.charCodeAt(0) & 7)));
}

function trieOf(words: readonly string[]): Node[] {
  const trie: Node[] = [{ next: new Map(), words: [] }];
  for (const [index, word] of words.entries()) {
    let state = 0;
    for (const letter of word.toLowerCase()) {
      const unit = letter.charCodeAt(0);
      const to = trie[state]?.next.get(unit) ?? trie.push({ next: new Map(), words: [] }) - 1;
      trie[state]?.next.set(unit, to);
      state = to;
    }
    trie[state]?.words.push(index);
  }
  return trie;
}

// A word with capitals counts only as it is written: two letters that begin a token end many words.
function isWritten(bytes: Uint8Array, end: number, written: Uint8Array): boolean {
  const start = end - written.length;
  for (let index = 0; index < written.length; index++) if (bytes[start + index] !== written[index]) return false;
  return true;
}

/**
 * Looks for many words in one pass over a text (Aho and Corasick 1975); the words are ASCII, and are found in any case,
 * or, where one has a capital, only as it is written. Each word is visited at each place where it ends; a place may be told in vain where letters beyond
 * Latin-1 stand, so whoever visits looks at the text again.
 */
export function openWordScan(wanted: readonly string[]): (text: string, visit: WordVisit) => void {
  const words = wanted.map(folded);
  const trie = trieOf(words);
  // Bytes that are in no word are all alike: a small table stays in the fastest memory.
  const classOf = new Uint8Array(256);
  const letters = [...new Set(words.flatMap((word) => [...word.toLowerCase()]))];
  for (const [index, letter] of letters.entries()) {
    for (const form of [letter, letter.toUpperCase()]) if (form.length === 1) classOf[form.charCodeAt(0)] = index + 1;
  }
  for (let byte = 0; byte < 256; byte++) {
    const letter = String.fromCharCode(byte);
    if (folded(letter) !== letter) classOf[byte] = letters.indexOf(folded(letter)) + 1;
  }
  const width = letters.length + 1;
  const size = trie.length;
  const go = new Uint32Array(size * width);
  const fallback = new Uint32Array(size);
  const found: (readonly number[])[] = [];
  const queue = [0];
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at] ?? 0;
    const back = fallback[state] ?? 0;
    found[state] = [...(trie[state]?.words ?? []), ...(state === 0 ? [] : (found[back] ?? []))];
    // A state goes where the one it falls back to goes, but for its own letters.
    go.copyWithin(state * width, back * width, (back + 1) * width);
    for (const [unit, to] of trie[state]?.next ?? []) {
      const place = state * width + (classOf[unit] ?? 0);
      fallback[to] = state === 0 ? 0 : (go[place] ?? 0);
      go[place] = to;
      queue.push(to);
    }
  }
  // A state is where its row of the table starts, and those in which a word ends come last: most letters are one look.
  const ends = (state: number) => (found[state] ?? []).length > 0;
  const order = [...queue.filter((state) => !ends(state)), ...queue.filter(ends)];
  const endsFrom = queue.filter((state) => !ends(state)).length * width;
  const placeOf = new Uint32Array(size);
  for (const [at, state] of order.entries()) placeOf[state] = at * width;
  const rows = new (size * width < 65_536 ? Uint16Array : Uint32Array)(size * width);
  for (const [at, state] of order.entries()) {
    for (let index = 0; index < width; index++) {
      rows[at * width + index] = placeOf[go[state * width + index] ?? 0] ?? 0;
    }
  }
  const exact = words.map((word) =>
    word === word.toLowerCase() ? undefined : Uint8Array.from(word, (letter) => letter.charCodeAt(0)),
  );
  const foundIn = order.map((state) => found[state] ?? []);
  return (text, visit) => {
    let state = 0;
    // A string that was cut from a longer one is slow to read by the letter; letters beyond Latin-1 are in no word.
    const bytes = text.length <= scratch.length ? scratch : Buffer.allocUnsafe(text.length);
    const length = bytes.write(text, 0, "latin1");
    for (let at = 0; at < length; at++) {
      state = rows[state + (classOf[bytes[at] ?? 0] ?? 0)] ?? 0;
      if (state < endsFrom) continue;
      for (const word of foundIn[state / width] ?? []) {
        const written = exact[word];
        if (written === undefined || isWritten(bytes, at + 1, written)) visit(word, at + 1);
      }
    }
  };
}
