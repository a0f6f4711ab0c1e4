import type { Failure } from "../engine/errors.ts";
import type { Plain } from "../services/action.ts";

/** The version of everything printed with `--json`; it grows when a field changes its meaning or goes away. */
export const jsonVersion = 1;

/** Where text goes, and whether it may have colours. */
export interface Output {
  readonly write: (text: string) => void;
  readonly colours: boolean;
  /** Width of the terminal; infinite where there is none, so that nothing is cut for programs and files. */
  readonly columns: number;
}

/** A result as one JSON object on one line. */
export function toJson(data: Plain): string {
  return `${JSON.stringify({ schemaVersion: jsonVersion, ...data })}\n`;
}

/** A failure as one JSON object on one line. */
export function failureJson({ code, what, why, hint, retryAfterMs, facts }: Failure): string {
  return toJson({ error: { code, what, why, hint, ...(retryAfterMs === null ? {} : { retryAfterMs }), ...facts } });
}

/** The text in a colour, where colours may be used. */
export function paint(text: string, colour: "red" | "green" | "yellow" | "dim" | "bold", output: Output): string {
  const codes = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;
  return output.colours ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
}

/** A failure for people: what did not happen, why, and what to type next. */
export function failureText({ what, why, hint }: Failure, output: Output): string {
  const rows = (text: string) => text.split("\n").map(visible).join("\n");
  return `${paint("aistack:", "red", output)} ${rows(`${what}: ${why}`)}\n${hint === "" ? "" : `  ${rows(hint)}\n`}`;
}

/** The text without what would move the cursor or ring the bell. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toFixed(3);
  if (typeof value === "object") return visible(JSON.stringify(value));
  return visible(String(value));
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

const narrowest = 12;

/** The widths of columns, the widest ones narrowed until a row fits; no column goes below 12. */
export function fitWidths(widths: readonly number[], columns: number): number[] {
  const fitted = [...widths];
  const gaps = 2 * Math.max(0, widths.length - 1);
  for (;;) {
    const over = fitted.reduce((sum, width) => sum + width, gaps) - columns;
    const widest = Math.max(...fitted);
    if (over <= 0 || widest <= narrowest) return fitted;
    const next = Math.max(narrowest, ...fitted.filter((width) => width < widest));
    const many = fitted.filter((width) => width === widest).length;
    const by = Math.min(widest - next, Math.ceil(over / many)) || 1;
    for (const [at, width] of fitted.entries()) if (width === widest) fitted[at] = Math.max(narrowest, width - by);
  }
}

// Of a path the end tells most, of an id or a text the beginning.
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  if (/^[0-9a-f]{40,64}$/.test(text)) return text.slice(0, width);
  return text.startsWith("/") ? `…${text.slice(text.length - width + 1)}` : `${text.slice(0, width - 1)}…`;
}

function isCounts(value: unknown): value is Readonly<Record<string, number>> {
  return isPlain(value) && Object.values(value).every((count) => typeof count === "number");
}

// For people the sentence of a reason stands beside its word and count; for programs it stands in a map of its own.
function withSentences(data: Plain, inRow: boolean): Plain {
  const { rejected, reasons, ...rest } = data;
  if (!isCounts(rejected) || !isPlain(reasons)) return data;
  const rows = Object.entries(rejected)
    .filter(([, count]) => count !== 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, count]) => ({ reason, count, sentence: reasons[reason] }));
  const told = inRow ? rows.map((one) => `${one.reason} ${one.count}: ${one.sentence}`).join(" ") : rows;
  const names = Object.keys(data).filter((name) => name !== "reasons");
  return Object.fromEntries(names.map((name) => [name, name === "rejected" ? told : rest[name]]));
}

function table(given: readonly Plain[], output: Output, indent: string): string {
  const rows = given.map((row) => withSentences(row, true));
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => names.map((name) => cell(row[name])));
  const widest = names.map((name, at) => Math.max(words(name).length, ...cells.map((row) => row[at]?.length ?? 0)));
  const widths = fitWidths(widest, output.columns - indent.length);
  const line = (row: readonly string[]) =>
    row
      .map((text, at) => {
        const width = widths[at] ?? 0;
        return at === row.length - 1 ? cut(text, width) : cut(text, width).padEnd(width);
      })
      .join("  ");
  const head = paint(line(names.map(words)), "bold", output);
  return [head, ...cells.map(line)].map((text) => `${indent}${text.trimEnd()}\n`).join("");
}

/** Plain data as text: names and values, lists of objects as tables. */
export function toText(data: Plain, output: Output, indent = ""): string {
  const width = Math.max(0, ...Object.keys(data).map((name) => words(name).length));
  let text = "";
  for (const [name, value] of Object.entries(withSentences(data, false))) {
    const label = words(name);
    if (Array.isArray(value) && value.length > 0 && value.every(isPlain)) {
      text += `${indent}${paint(label, "bold", output)}\n${table(value, output, `${indent}  `)}`;
    } else if (isPlain(value) && Object.keys(value).length > 0) {
      text += `${indent}${paint(label, "bold", output)}\n${toText(value, output, `${indent}  `)}`;
    } else {
      const shown = Array.isArray(value) ? (value.length === 0 ? "none" : value.map(cell).join(", ")) : cell(value);
      text += `${indent}${label.padEnd(width)}  ${isPlain(value) ? "none" : shown}\n`;
    }
  }
  return text;
}
