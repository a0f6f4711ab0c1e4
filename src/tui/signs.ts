/** The characters the screen is drawn with. */
export interface Signs {
  readonly more: string;
  readonly good: string;
  readonly warn: string;
  readonly bad: string;
  readonly unknown: string;
  readonly idle: string;
  readonly rule: string;
  readonly full: string;
  readonly empty: string;
  readonly spark: string;
  readonly mark: string;
  readonly cursor: string;
  readonly dash: string;
  readonly dot: string;
  readonly up: string;
  readonly down: string;
  readonly branch: string;
  readonly last: string;
  readonly bar: string;
}

/** For terminals that know Unicode. */
export const unicodeSigns: Signs = {
  more: "…",
  good: "●",
  warn: "▲",
  bad: "✖",
  unknown: "○",
  idle: "○",
  rule: "─",
  full: "█",
  empty: "░",
  spark: "▁▂▃▄▅▆▇█",
  mark: "✓",
  cursor: "›",
  dash: "–",
  dot: "·",
  up: "↑",
  down: "↓",
  branch: "├─",
  last: "└─",
  bar: "│",
};

/** For all others. */
export const asciiSigns: Signs = {
  more: "~",
  good: "*",
  warn: "!",
  bad: "x",
  unknown: "?",
  idle: "o",
  rule: "-",
  full: "#",
  empty: ".",
  spark: "_.-=+*#@",
  mark: "v",
  cursor: ">",
  dash: "-",
  dot: "-",
  up: "^",
  down: "v",
  branch: "|-",
  last: "`-",
  bar: "|",
};

const drawn: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.entries(unicodeSigns).flatMap(([name, sign]) =>
    name === "spark" ? [] : [[sign, Object.entries(asciiSigns).find(([other]) => other === name)?.[1] ?? "?"]],
  ),
]);

/** The text with nothing but ASCII: our own signs by their substitutes, any other character by a question mark. */
export function toAscii(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return [...text.normalize("NFKD").replace(/\p{Mn}/gu, "")]
    .map((sign) => (sign >= " " && sign <= "~" ? sign : (drawn[sign] ?? "?")))
    .join("");
}
