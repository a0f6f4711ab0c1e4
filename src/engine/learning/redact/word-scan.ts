const scratch = Buffer.allocUnsafe(64 * 1024);

/** What is called for each word that a scan finds: which word, and where it ends. */
export type WordVisit = (word: number, end: number) => void;

interface Node {
  readonly next: Map<number, number>;
  readonly words: number[];
}

const beyondAscii = /[^\t-~]/g;

// Bytes beyond ASCII are told apart by three bits.
function folded(word: string): string {
  return word.replace(beyondAscii, (letter) => String.fromCharCode(128 + (letter.charCodeAt(0) & 7)));
}

function trieOf(words: readonly string[], classOf: Uint8Array): Node[] {
  const trie: Node[] = [{ next: new Map(), words: [] }];
  for (const [index, word] of words.entries()) {
    let state = 0;
    for (const letter of word.toLowerCase()) {
      const unit = classOf[letter.charCodeAt(0)] ?? 0;
      const to = trie[state]?.next.get(unit) ?? trie.push({ next: new Map(), words: [] }) - 1;
      trie[state]?.next.set(unit, to);
      state = to;
    }
    trie[state]?.words.push(index);
  }
  return trie;
}

const bitsPerRow = 5;

// What each byte counts as: a letter is one of its own, in both cases, all else is put together so that the row of a
// state is one line of the fastest memory. A byte that is in no word is 0.
function classesOf(letters: ReadonlySet<string>): Uint8Array {
  const classOf = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const letter = folded(String.fromCharCode(byte)).toLowerCase();
    if (!letters.has(letter)) continue;
    const unit = letter.charCodeAt(0);
    if (unit >= 97 && unit <= 122) classOf[byte] = unit - 96;
    else if (unit >= 48 && unit <= 57) classOf[byte] = 27;
    else if (unit >= 128) classOf[byte] = 31;
    else classOf[byte] = letter === " " ? 28 : "-_.".includes(letter) ? 29 : 30;
  }
  return classOf;
}

// How each byte is compared: lower-cased, or, in a word with capitals, as it is written.
const written = Uint8Array.from({ length: 256 }, (_, byte) => folded(String.fromCharCode(byte)).charCodeAt(0));
const lowered = written.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

interface Wanted {
  readonly letters: Uint8Array;
  readonly as: Uint8Array;
}

function isThere(bytes: Uint8Array, end: number, { letters, as }: Wanted): boolean {
  const start = end - letters.length;
  for (let index = 0; index < letters.length; index++) {
    if (as[bytes[start + index] ?? 0] !== letters[index]) return false;
  }
  return true;
}

/**
 * Looks for many words in one pass over a text (Aho and Corasick 1975); the words are ASCII, and are found in any case,
 * or, where one has a capital, only as it is written. Each word is visited at each place where it ends; a place may be
 * told in vain where letters beyond Latin-1 stand, so whoever visits looks at the text again.
 */
export function openWordScan(wanted: readonly string[]): (text: string, visit: WordVisit) => void {
  const words = wanted.map(folded);
  const classOf = classesOf(new Set(words.flatMap((word) => [...word.toLowerCase()])));
  const trie = trieOf(words, classOf);
  const width = 1 << bitsPerRow;
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
      const place = state * width + unit;
      fallback[to] = state === 0 ? 0 : (go[place] ?? 0);
      go[place] = to;
      queue.push(to);
    }
  }
  // Those in which a word ends come last: most letters are one look.
  const ends = (state: number) => (found[state] ?? []).length > 0;
  const order = [...queue.filter((state) => !ends(state)), ...queue.filter(ends)];
  const endsFrom = queue.filter((state) => !ends(state)).length;
  const placeOf = new Uint16Array(size);
  for (const [at, state] of order.entries()) placeOf[state] = at;
  const rows = new Uint16Array(size * width);
  for (const [at, state] of order.entries()) {
    for (let index = 0; index < width; index++) {
      rows[at * width + index] = placeOf[go[state * width + index] ?? 0] ?? 0;
    }
  }
  const asWanted = words.map((word): Wanted => {
    const letters = Uint8Array.from(word, (letter) => letter.charCodeAt(0));
    return { letters, as: word === word.toLowerCase() ? lowered : written };
  });
  const foundIn = order.map((state) => (found[state] ?? []).map((word) => ({ word, wanted: asWanted[word] })));
  return (text, visit) => {
    let state = 0;
    // A string that was cut from a longer one is slow to read by the letter; letters beyond Latin-1 are in no word.
    const bytes = text.length <= scratch.length ? scratch : Buffer.allocUnsafe(text.length);
    const length = bytes.write(text, 0, "latin1");
    for (let at = 0; at < length; at++) {
      state = rows[(state << bitsPerRow) | (classOf[bytes[at] ?? 0] ?? 0)] ?? 0;
      if (state < endsFrom) continue;
      for (const { word, wanted } of foundIn[state] ?? []) {
        if (wanted !== undefined && isThere(bytes, at + 1, wanted)) visit(word, at + 1);
      }
    }
  };
}
