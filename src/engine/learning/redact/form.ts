import { type Finder, note } from "./finder.ts";
import { startsWord } from "./place.ts";
import { isFiller } from "./shape.ts";

const longRun = 400;

/** How a form is looked at beyond its expression. */
interface Look {
  /** The letters before the word that belong to the secret too, and how many at most. */
  readonly before?: { readonly letters: RegExp; readonly most: number };
  /** What the secret must be beyond its form. */
  readonly check?: (secret: string) => boolean;
  /** Whether letters may stand right before it. */
  readonly glued?: boolean;
}

/** A row of the table of known forms. */
export interface Form extends Look {
  readonly kind: string;
  readonly words: readonly string[];
  /**
   * Sticky: must match where the word stands. Global: is looked for in the whole text once a word was found. A first
   * group is what stands before the secret, a second is the secret; without groups all is secret.
   */
  readonly pattern: RegExp;
}

/** A row of the table of known forms; the expression must be sticky or global, and bounded wherever it can fail. */
export function form(kind: string, words: readonly string[], pattern: RegExp, look: Look = {}): Form {
  return { kind, words, pattern, ...look };
}

function startOf(text: string, at: number, { before }: Form): number {
  let start = at;
  if (before) while (start > 0 && at - start < before.most && before.letters.test(text.charAt(start - 1))) start--;
  return start;
}

/** The finder of a form. */
export function formFinder(row: Form): Finder {
  const { kind, pattern, check = () => true } = row;
  const wholeText = pattern.global;
  return {
    kinds: [kind],
    words: row.words,
    find(reading, wordStart) {
      const { text } = reading;
      const start = wholeText ? 0 : startOf(text, wordStart, row);
      if (!wholeText && !row.glued && !startsWord(text, start)) return 0;
      pattern.lastIndex = start;
      for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
        const secret = match[2] ?? match[0];
        const from = match.index + (match[2] === undefined ? 0 : (match[1]?.length ?? 0));
        const taken = !isFiller(secret) && check(secret);
        if (taken) note(reading, from, from + secret.length, kind);
        // A long run that was refused is not looked at again, or a text of such runs would take quadratic time.
        if (!wholeText) return taken || secret.length > longRun ? from + secret.length : 0;
        if (match[0] === "") pattern.lastIndex++;
      }
      return wholeText ? text.length : 0;
    },
  };
}
