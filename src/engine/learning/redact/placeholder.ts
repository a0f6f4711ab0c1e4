/** How each placeholder of a secret looks; with the flag `g`, so use it with `replace`, `matchAll` or `split`. */
export const placeholderPattern = /\[redacted:[a-z0-9-]{1,40}\]/g;

const opening = "[redacted:";
const longest = opening.length + 41;

/** The placeholder around a place, when a cut at that place would leave half of it. */
export function placeholderAround(text: string, index: number): { start: number; end: number } | null {
  const from = Math.max(0, index - longest);
  const near = text.slice(from, index + longest);
  const start = near.lastIndexOf(opening, index - from - 1);
  if (start < 0 || index - from === 0) return null;
  const match = /^\[redacted:[a-z0-9-]{1,40}\]/.exec(near.slice(start));
  if (match === null || index - from >= start + match[0].length) return null;
  return { start: from + start, end: from + start + match[0].length };
}

/** Whether a cut before the unit at `index` would leave half of a placeholder. */
export function isInsidePlaceholder(text: string, index: number): boolean {
  return placeholderAround(text, index) !== null;
}

/** What stands in a secret's place. */
export function placeholderOf(kind: string): string {
  return `[redacted:${kind}]`;
}
