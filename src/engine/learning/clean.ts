import { cutText, wellFormed } from "../base/text.ts";
import { redact } from "./redact.ts";

/** Longest placeholder of something redacted. */
const placeholderUnits = 48;

/** The beginning of a redacted text, at most so many UTF-16 units, in whole graphemes and with whole placeholders. */
export function cutClean(clean: string, mostUnits: number): string {
  if (clean.length <= mostUnits) return clean;
  const cut = cutText(clean, mostUnits);
  const opened = cut.lastIndexOf("[redacted:");
  const isHalf = opened >= cut.length - placeholderUnits && opened >= 0 && cut.indexOf("]", opened) < 0;
  return isHalf ? cut.slice(0, opened) : cut;
}

/**
 * A text as it may be kept: no half characters, no secrets, nobody's home, at most so many UTF-16 units. It is redacted
 * before it is cut, so that nothing of what is taken out can stay.
 */
export function cleanText(text: string, mostUnits: number): string {
  return cutClean(redact(wellFormed(text)), mostUnits);
}
