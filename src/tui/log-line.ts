import type { LogEntry } from "../services/observe/log-book.ts";
import { clean } from "./clean.ts";
import { bytes, clock } from "./format.ts";
import { type Line, type Span, span, type Tone } from "./line.ts";
import { type Pattern, parsePattern } from "./pattern.ts";
import type { LogState } from "./screen.ts";
import type { Signs } from "./signs.ts";
import { pad, widthOf, wrap } from "./width.ts";

const tones: Readonly<Record<LogEntry["level"], Tone>> = { error: "bad", warn: "warn", info: "plain", debug: "dim" };
const messages = ["message", "msg", "event", "event_type", "name", "body", "type"];
const times = ["time", "timestamp", "ts", "@timestamp", "level", "severity"];
const serviceCells = 14;

/** A line of JSON as its message and its other fields; null where it is no JSON object. */
export function columnsOf(text: string): { readonly message: string; readonly fields: string } | null {
  if (!text.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const all = Object.entries(value);
    const named = messages.find((name) => all.some(([key]) => key === name));
    const shown = (one: unknown) => (typeof one === "string" ? one : JSON.stringify(one));
    const message = all.find(([key]) => key === named)?.[1];
    const fields = all
      .filter(([key, one]) => key !== named && !times.includes(key) && (one === "" || one !== message))
      .map(([key, one]) => `${key}=${shown(one)}`);
    return { message: message === undefined ? "" : shown(message), fields: fields.join(" ") };
  } catch {
    return null;
  }
}

/** Whether a line passes a pattern, in any of the ways it can be read. */
export function passes(pattern: Pattern, text: string, raw: boolean): boolean {
  const line = clean(text);
  if (pattern.matches(line) !== pattern.inverse) return !pattern.inverse;
  const columns = raw ? null : columnsOf(text);
  if (columns === null) return pattern.inverse;
  return pattern.matches(clean(`${columns.message} ${columns.fields}`));
}

function lit(text: string, tone: Tone, find: Pattern | null): Span[] {
  const spans: Span[] = [];
  let rest = text;
  for (let hit = find?.find(rest); hit; hit = find?.find(rest)) {
    spans.push(span(rest.slice(0, hit.start), tone), span(rest.slice(hit.start, hit.end), "match"));
    rest = rest.slice(hit.end);
  }
  return [...spans, span(rest, tone)];
}

// The line that is copied and opened stands out while one looks back.
function placeTone({ id }: LogEntry, { hit, bottom }: LogState): Tone {
  if (id === hit) return "match";
  return hit === null && id === bottom ? "chosen" : "accent";
}

/** Everything about one line: where it came from, and JSON with each field on a row of its own. */
export function logDetails({ service, stream, at, text, cut }: LogEntry): string {
  const more = cut > 0 ? `\n[${bytes(cut)} more]` : "";
  const head = `${at ?? "no time"}  ${service}  ${stream}`;
  const isJson = cut === 0 && columnsOf(text) !== null;
  return `${head}\n\n${isJson ? JSON.stringify(JSON.parse(text), null, 2) : text}${more}`;
}

/** Where a line of the log is drawn. */
export interface LogRoom {
  readonly cells: number;
  readonly signs: Signs;
}

/** What stands out in every line: what is searched for, or else what is filtered for. */
export function litPattern({ search, filter }: LogState): Pattern | null {
  return parsePattern(search) ?? parsePattern(filter);
}

/** One line of the log on as many rows as it takes: one where long lines are cut. */
export function logRows(entry: LogEntry, log: LogState, find: Pattern | null, { cells, signs }: LogRoom): Line[] {
  const tone = tones[entry.level];
  const front: Span[] = [
    ...(log.times ? [span(`${clock(entry.at)} `, "dim")] : []),
    span(pad(clean(entry.service), serviceCells, signs.more), placeTone(entry, log)),
    span(`${signs.bar} `, "rule"),
  ];
  const room = Math.max(1, cells - front.reduce((sum, { text }) => sum + widthOf(text), 0));
  const more = entry.cut > 0 ? ` [${bytes(entry.cut)} more]` : "";
  const columns = log.raw ? null : columnsOf(entry.text);
  if (columns !== null && !log.wrap) {
    const message = clean(columns.message);
    const fields = lit(clean(columns.fields) + more, message === "" ? tone : "dim", find);
    return [[...front, ...lit(message, tone, find), span(message === "" ? "" : " "), ...fields]];
  }
  const shown = columns === null ? entry.text : `${columns.message} ${columns.fields}`.trim();
  const text = clean(shown) + more;
  if (!log.wrap) return [[...front, ...lit(text, tone, find)]];
  const indent = span(" ".repeat(cells - room));
  return wrap(text, room).map((part, at) => [...(at === 0 ? front : [indent]), ...lit(part, tone, find)]);
}
