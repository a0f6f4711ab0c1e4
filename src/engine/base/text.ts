/** Characters around a cut in which whole graphemes are looked for; no letter with its marks is longer in real text. */
const windowUnits = 256;

let segmenter: Intl.Segmenter | null = null;

function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}

// The end itself where it is between two graphemes, else the start of the one it would cut.
function graphemeBefore(text: string, end: number): number {
  let from = Math.max(0, end - windowUnits);
  if (isLow(text.charCodeAt(from))) from++;
  segmenter ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  const found = segmenter.segment(text.slice(from, end + windowUnits)).containing(end - from);
  const at = from + (found?.index ?? end - from);
  // A grapheme longer than the window is cut between two of its characters.
  if (at > from || from === 0) return at;
  return isLow(text.charCodeAt(end)) ? end - 1 : end;
}

/**
 * The beginning of a text, at most so many UTF-16 units, in whole graphemes: never half a surrogate pair, no letter
 * without its marks, no part of a joined emoji. A text that is short enough stays as it is.
 */
export function cutText(text: string, mostUnits: number): string {
  if (text.length <= mostUnits) return text;
  if (mostUnits <= 0) return "";
  // Most cuts are between two ASCII characters, which are graphemes of their own.
  const [before, behind] = [text.charCodeAt(mostUnits - 1), text.charCodeAt(mostUnits)];
  if (before < 0x80 && behind < 0x80 && !(before === 13 && behind === 10)) return text.slice(0, mostUnits);
  return text.slice(0, graphemeBefore(text, mostUnits));
}

/** The text with U+FFFD in the place of every half of a surrogate pair, which UTF-8 cannot carry. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}
