// First and last code points that take two cells: East Asian Wide and Fullwidth of Unicode 16, in runs.
const wide = [
  0x1100, 0x115f, 0x231a, 0x231b, 0x2329, 0x232a, 0x23e9, 0x23ec, 0x23f0, 0x23f0, 0x23f3, 0x23f3, 0x25fd, 0x25fe,
  0x2614, 0x2615, 0x2630, 0x2637, 0x2648, 0x2653, 0x267f, 0x267f, 0x268a, 0x268f, 0x2693, 0x2693, 0x26a1, 0x26a1,
  0x26aa, 0x26ab, 0x26bd, 0x26be, 0x26c4, 0x26c5, 0x26ce, 0x26ce, 0x26d4, 0x26d4, 0x26ea, 0x26ea, 0x26f2, 0x26f3,
  0x26f5, 0x26f5, 0x26fa, 0x26fa, 0x26fd, 0x26fd, 0x2705, 0x2705, 0x270a, 0x270b, 0x2728, 0x2728, 0x274c, 0x274c,
  0x274e, 0x274e, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797, 0x27b0, 0x27b0, 0x27bf, 0x27bf, 0x2b1b, 0x2b1c,
  0x2b50, 0x2b50, 0x2b55, 0x2b55, 0x2e80, 0x303e, 0x3041, 0x3247, 0x3250, 0xa4c6, 0xa960, 0xa97c, 0xac00, 0xd7a3,
  0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6b, 0xff01, 0xff60, 0xffe0, 0xffe6, 0x16fe0, 0x18d08, 0x1aff0, 0x1b2fb,
  0x1d300, 0x1d376, 0x1f004, 0x1f004, 0x1f0cf, 0x1f0cf, 0x1f18e, 0x1f18e, 0x1f191, 0x1f19a, 0x1f200, 0x1f265, 0x1f300,
  0x1f320, 0x1f32d, 0x1f335, 0x1f337, 0x1f37c, 0x1f37e, 0x1f393, 0x1f3a0, 0x1f3ca, 0x1f3cf, 0x1f3d3, 0x1f3e0, 0x1f3f0,
  0x1f3f4, 0x1f3f4, 0x1f3f8, 0x1f43e, 0x1f440, 0x1f440, 0x1f442, 0x1f4fc, 0x1f4ff, 0x1f53d, 0x1f54b, 0x1f54e, 0x1f550,
  0x1f567, 0x1f57a, 0x1f57a, 0x1f595, 0x1f596, 0x1f5a4, 0x1f5a4, 0x1f5fb, 0x1f64f, 0x1f680, 0x1f6c5, 0x1f6cc, 0x1f6cc,
  0x1f6d0, 0x1f6d2, 0x1f6d5, 0x1f6d7, 0x1f6dc, 0x1f6df, 0x1f6eb, 0x1f6ec, 0x1f6f4, 0x1f6fc, 0x1f7e0, 0x1f7eb, 0x1f7f0,
  0x1f7f0, 0x1f90c, 0x1f93a, 0x1f93c, 0x1f945, 0x1f947, 0x1f9ff, 0x1fa70, 0x1faff, 0x20000, 0x3fffd,
];
const printable = /^[ -~]*$/;
const zero = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** How many cells one code point takes: none, one or two. */
export function cellsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  let low = 0;
  let high = wide.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < (wide[middle * 2] ?? 0)) high = middle - 1;
    else if (code > (wide[middle * 2 + 1] ?? 0)) low = middle + 1;
    else return 2;
  }
  return zero.test(character) ? 0 : 1;
}

/** How many cells a clean text takes. */
export function widthOf(text: string): number {
  if (printable.test(text)) return text.length;
  let cells = 0;
  for (const character of text) cells += cellsOf(character);
  return cells;
}

/** The longest beginning of a clean text that fits into so many cells; never half a wide character. */
export function fitting(text: string, cells: number): string {
  if (cells <= 0) return "";
  if (text.length <= cells && printable.test(text)) return text;
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += cellsOf(character);
    if (used > cells) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The text in exactly so many cells at most: cut, with a mark that it was, where it is longer. */
export function truncate(text: string, cells: number, mark: string): string {
  if (text.length <= cells && widthOf(text) <= cells) return text;
  if (cells < widthOf(mark)) return fitting(text, cells);
  const head = fitting(text, cells + 1);
  if (head.length === text.length && widthOf(text) <= cells) return text;
  return fitting(text, cells - widthOf(mark)) + mark;
}

/** The text in exactly so many cells, cut or padded; numbers go to the right. */
export function pad(text: string, cells: number, mark: string, align: "left" | "right" = "left"): string {
  const cut = truncate(text, cells, mark);
  const space = " ".repeat(Math.max(0, cells - widthOf(cut)));
  return align === "left" ? cut + space : space + cut;
}

/** A text in rows of so many cells. */
export function wrap(text: string, cells: number): string[] {
  const rows: string[] = [];
  for (let rest = text; rest !== ""; ) {
    const head = fitting(rest, Math.max(1, cells)) || rest.slice(0, 2);
    rows.push(head);
    rest = rest.slice(head.length);
  }
  return rows.length === 0 ? [""] : rows;
}

/** A text in rows of so many cells, broken between words where that can be. */
export function wrapWords(text: string, cells: number): string[] {
  const rows: string[] = [];
  let row = "";
  for (const word of text.split(" ")) {
    const longer = row === "" ? word : `${row} ${word}`;
    if (widthOf(longer) <= cells) {
      row = longer;
      continue;
    }
    const parts = wrap(word, cells);
    if (row !== "") rows.push(row);
    rows.push(...parts.slice(0, -1));
    row = parts.at(-1) ?? "";
  }
  return [...rows, row];
}
