import { type Finder, note, type Reading } from "./finder.ts";
import { isHarmlessValue } from "./harmless.ts";
import { strengthOf } from "./name.ts";
import { isMixed, isUuid } from "./shape.ts";

const longestRow = 2000;
const mostRows = 60;

function isSecretColumn(name: string): boolean {
  const strength = strengthOf(name.replace(/[\s"'`[\]*]/g, ""));
  return strength === "strong" || strength === "medium";
}

function isCell(text: string): boolean {
  if (text.length < 5 || /\s/.test(text) || isHarmlessValue({ text, quoted: true })) return false;
  return (isMixed(text) && !isUuid(text)) || /[^\w.,-]/.test(text.slice(0, -1));
}

const head =
  /insert\s{1,4}(?:ignore\s{1,4})?into\s{1,4}[\w."'`[\]]{1,100}\s{0,4}\(([^()]{1,800})\)\s{0,4}values\s{0,4}/iy;
const tuple = /\s{0,8},?\s{0,8}\(/y;
const item =
  /\s{0,8}(?:[NEBX]?\\{0,3}'((?:[^'\\\n]|''|\\[^'\n]){0,800})\\{0,3}'|[^',()\n]{0,200}(?:\([^()\n]{0,200}\))?)\s{0,8}([,)])/iy;

// The values of one row; the answer is where it ends, or null where it is none.
function readTuple(reading: Reading, from: number, secret: readonly boolean[]): number | null {
  let at = from;
  for (let column = 0; column < 200; column++) {
    item.lastIndex = at;
    const match = item.exec(reading.text);
    if (match === null) return null;
    const value = match[1];
    if (secret[column] === true && value !== undefined && value.length >= 4 && !value.startsWith("[redacted")) {
      const start = at + match[0].indexOf(value, match[0].indexOf("'"));
      if (!isHarmlessValue({ text: value, quoted: true })) note(reading, start, start + value.length, "secret");
    }
    at += match[0].length;
    if (match[2] === ")") return at;
  }
  return null;
}

/** The values that rows of SQL give to columns of secrets. */
export const insertFinder: Finder = {
  kinds: ["secret"],
  words: ["insert into", "insert ignore into"],
  find(reading, start) {
    const { text } = reading;
    head.lastIndex = start;
    const match = head.exec(text);
    if (match === null) return 0;
    const secret = (match[1] ?? "").split(",").map(isSecretColumn);
    let at = start + match[0].length;
    if (!secret.includes(true)) return at;
    for (let row = 0; row < mostRows; row++) {
      tuple.lastIndex = at;
      const open = tuple.exec(text);
      const end = open === null ? null : readTuple(reading, at + open[0].length, secret);
      if (end === null) return at;
      at = end;
    }
    return at;
  },
};

const line = /([^\r\n\\]{0,2000})(?:\r?\n|(?:\\{1,7}r)?\\{1,7}n)/y;
const ruled = /^\s{0,9}\|?[ :|+-]{3,}$/;

function lineAt(text: string, at: number): { readonly row: string; readonly next: number } {
  line.lastIndex = at;
  const match = line.exec(text);
  if (match !== null) return { row: match[1] ?? "", next: at + match[0].length };
  const row = /^[^\r\n\\"]*/.exec(text.slice(at, at + longestRow))?.[0] ?? "";
  return { row, next: text.length };
}

function leadOf(text: string, at: number): string {
  if (!text.slice(Math.max(0, at - 60), at).includes("|")) return "";
  let from = at;
  while (from > 0 && at - from < 300 && !/[\r\n\\"]/.test(text.charAt(from - 1))) from--;
  return text.slice(from, at);
}

/** The cells of a Markdown table below the name of a secret. */
export const columnFinder: Finder = {
  kinds: ["secret"],
  words: ["pass", "pw", "secret", "token"],
  find(reading, wordStart) {
    const { text } = reading;
    const lead = leadOf(text, wordStart);
    if (!lead.includes("|")) return 0;
    const first = wordStart - lead.replace(/^[nrt](?=\s{0,3}\|)/, "").length;
    const header = lineAt(text, first);
    const rule = lineAt(text, header.next);
    if (!rule.row.includes("|") || !ruled.test(rule.row) || rule.next >= text.length) return 0;
    const columns = header.row.split("|").map((cell) => cell.trim() !== "" && isSecretColumn(cell));
    let at = rule.next;
    for (let count = 0; count < mostRows && at < text.length; count++) {
      const { row, next } = lineAt(text, at);
      if (!row.includes("|")) break;
      let from = at;
      for (const [column, cell] of row.split("|").entries()) {
        const value = /[^\s`*].*[^\s`*]/.exec(cell);
        if (columns[column] === true && value !== null && isCell(value[0])) {
          note(reading, from + value.index, from + value.index + value[0].length, "secret");
        }
        from += cell.length + 1;
      }
      at = next;
    }
    return at;
  },
};
