/** What a piece of text means; the theme says how that looks. */
export type Tone =
  | "plain"
  | "dim"
  | "title"
  | "good"
  | "warn"
  | "bad"
  | "accent"
  | "key"
  | "rule"
  | "chosen"
  | "match"
  | "alarm";

/** A piece of text with one meaning. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One row of the screen, from left to right. */
export type Line = readonly Span[];

/** A piece of text. */
export function span(text: string, tone: Tone = "plain"): Span {
  return { text, tone };
}

/** A row of one piece. */
export function line(text: string, tone: Tone = "plain"): Line {
  return [{ text, tone }];
}

/** The empty row. */
export const blank: Line = [];

/** What a row says, without its meaning. */
export function textOf(row: Line): string {
  return row.map(({ text }) => text).join("");
}
