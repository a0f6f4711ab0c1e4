/** A stretch of a text that is a secret (or a home), from `start` up to `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** One text while it is read: what was found so far, and what finders keep to stay linear. */
export interface Reading {
  readonly text: string;
  readonly spans: Span[];
  /** Values that a context told to be secret; they are looked for elsewhere too. */
  readonly told: Set<string>;
  /** Places that were already looked up. */
  readonly memo: Map<string, number>;
}

/** Finds secrets at the places of its words. */
export interface Finder {
  readonly kinds: readonly string[];
  /**
   * Lower-case words of which one stands at each place worth looking at; a letter beyond Latin-1 is written as the one
   * with its low byte.
   */
  readonly words: readonly string[];
  /** Looks at one place of a word; the answer is how far it need not be asked again. */
  readonly find: (reading: Reading, start: number, end: number) => number;
}

/** Notes a secret; the answer is its end. */
export function note(reading: Reading, start: number, end: number, kind: string): number {
  if (end > start) reading.spans.push({ start, end, kind });
  return end;
}
