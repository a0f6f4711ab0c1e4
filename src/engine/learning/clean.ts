import { cutText, wellFormed } from "../base/text.ts";
import { placeholderAround } from "./redact/placeholder.ts";
import { redact } from "./redact/redact.ts";

/** The beginning of a redacted text, at most so many UTF-16 units, in whole graphemes and with whole placeholders. */
export function cutClean(clean: string, mostUnits: number): string {
  const cut = cutText(clean, mostUnits);
  const halved = cut.length < clean.length ? placeholderAround(clean, cut.length) : null;
  return halved === null ? cut : clean.slice(0, halved.start);
}

/**
 * A text as it may be kept: no half characters, no secrets, nobody's home, at most so many UTF-16 units. It is redacted
 * before it is cut, so that nothing of what is taken out can stay.
 */
export function cleanText(text: string, mostUnits: number): string {
  return cutClean(redact(wellFormed(text)), mostUnits);
}

const labels = new Map<string, string>();
const labelsMost = 512;
const labelUnits = 200;

/** A short name as it may be kept, such as a model's: few of them come again and again, so each is looked at once. */
export function cleanLabel(text: string): string {
  if (text === "") return "";
  const known = labels.get(text);
  if (known !== undefined) return known;
  const clean = cleanText(text, labelUnits);
  if (text.length > labelUnits) return clean;
  if (labels.size >= labelsMost) labels.clear();
  labels.set(text, clean);
  return clean;
}
