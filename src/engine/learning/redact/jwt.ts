import { type Finder, note } from "./finder.ts";
import { startsWord } from "./place.ts";

function isSegmentLetter(unit: number): boolean {
  return (
    (unit >= 97 && unit <= 122) ||
    (unit >= 65 && unit <= 90) ||
    (unit >= 48 && unit <= 57) ||
    unit === 95 ||
    unit === 45
  );
}

function segmentEnd(text: string, from: number): number {
  let at = from;
  while (isSegmentLetter(text.charCodeAt(at))) at++;
  return at;
}

const dot = 46;
const mostSegments = 5;
const leastHeader = 10;
const leastNext = 6;

/** JSON web tokens: signed (three parts), unsigned or cut (two), encrypted (five, the second may be empty). */
export const jwtFinder: Finder = {
  kinds: ["jwt"],
  words: ["eyj"],
  find(reading, start) {
    const { text } = reading;
    if (!startsWord(text, start) || !text.startsWith("eyJ", start)) return 0;
    const headerEnd = segmentEnd(text, start);
    if (text.charCodeAt(headerEnd) !== dot) return headerEnd;
    if (headerEnd - start < leastHeader) return 0;
    let end = headerEnd;
    let longest = 0;
    let segments = 1;
    while (segments < mostSegments && text.charCodeAt(end) === dot) {
      const next = segmentEnd(text, end + 1);
      if (next === end + 1 && segments > 1) break;
      longest = Math.max(longest, next - end - 1);
      end = next;
      segments++;
    }
    const second = text.startsWith("eyJ", headerEnd + 1);
    if (longest < leastNext || (!second && segments < 3) || end - start < 24) return headerEnd;
    return note(reading, start, end, "jwt");
  },
};
