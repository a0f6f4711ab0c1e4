const mostMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const leastMs = -62_135_596_800_000;

const clock = String.raw`(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?`;
const zone = String.raw`(Z|[+-]\d\d(?::?\d\d)?)?`;
const iso = new RegExp(`^(\\d{4})-?(\\d\\d)-?(\\d\\d)(?:[T ]${clock} ?${zone}Z?)?$`, "i");
const mail = /^(?:[a-z]{3}, )?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? (?:GMT|UTC?|Z|([+-]\d{4}))$/i;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const utc = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)$/;
// A line gives its time more than once.
let last = { text: "", time: "" };

/**
 * A time as ISO 8601 in UTC with milliseconds, from what producers write: ISO 8601 with or without its zone (then it is
 * UTC, never the machine's zone), the date of a mail, or the time since 1970 in seconds, milliseconds, microseconds or
 * nanoseconds, as a number or its digits. Empty for all that is no time of the years 1 to 9999; never fails.
 */
export function readTime(value: unknown): string {
  if (typeof value === "number") return isoOf(epochMs(value));
  if (typeof value !== "string" || value.length > 80) return "";
  if (last.text !== value) last = { text: value, time: utcTime(value) ?? isoOf(textMs(value.trim())) };
  return last.time;
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

// What most producers write needs no more than its milliseconds cut; null for all else, and for what is no time.
function utcTime(text: string): string | null {
  const [, time, fraction = ""] = utc.exec(text) ?? [];
  if (time === undefined || !isTime(time)) return null;
  return `${time}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;
}

// Whether the digits of `2026-01-02T03:04:05` are a time; ten times as fast as to parse and to write it.
function isTime(text: string): boolean {
  const two = (at: number) => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
  const year = two(0) * 100 + two(2);
  const [month, day] = [two(5), two(8)];
  if (year < 1 || month < 1 || day < 1 || day > (monthDays[month - 1] ?? 0)) return false;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return false;
  return two(11) < 24 && two(14) < 60 && two(17) < 60;
}

function isoOf(ms: number): string {
  return ms >= leastMs && ms <= mostMs ? new Date(ms).toISOString() : "";
}

// Until the year 5138 the four units cannot be mistaken for one another.
function epochMs(value: number): number {
  if (!(value >= 0)) return Number.NaN;
  if (value < 1e11) return Math.floor(value * 1000 + 1e-4);
  if (value < 1e14) return Math.floor(value);
  if (value < 1e17) return Math.floor(value / 1e3);
  return value < 1e20 ? Math.floor(value / 1e6) : Number.NaN;
}

function textMs(text: string): number {
  const found = iso.exec(text);
  if (found) {
    const [, year, month, day, hour, minute, second, fraction, offset] = found;
    return partsMs({ year, month: Number(month), day, hour, minute, second, fraction, offset });
  }
  const digits = /^(\d{9,20})(?:\.\d*)?$/.exec(text)?.[1];
  if (digits !== undefined) return digitsMs(text, digits);
  const sent = mail.exec(text);
  if (!sent) return Number.NaN;
  const [, day, name = "", year, hour, minute, second, offset] = sent;
  return partsMs({ year, month: months.indexOf(name.toLowerCase()) + 1, day, hour, minute, second, offset });
}

// More digits than a number holds are cut to milliseconds first.
function digitsMs(text: string, digits: string): number {
  if (digits.length <= 14) return epochMs(Number(text));
  return Number(digits.slice(0, digits.length <= 17 ? -3 : -6));
}

interface Parts {
  readonly year: string | undefined;
  readonly month: number;
  readonly day: string | undefined;
  readonly hour: string | undefined;
  readonly minute: string | undefined;
  readonly second: string | undefined;
  readonly fraction?: string | undefined;
  readonly offset: string | undefined;
}

function partsMs({ year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset }: Parts): number {
  const [y, d, h, m, s] = [year, day, hour, minute, second].map(Number);
  if (y === undefined || d === undefined || h === undefined || m === undefined || s === undefined) return Number.NaN;
  // A leap second is the one after it; midnight at the end of a day is that of the next.
  const isClock = (h < 24 && m < 60 && s <= 60) || (h === 24 && m === 0 && s === 0 && Number(fraction) === 0);
  if (y < 1 || !isClock) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(y, month - 1, d);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== d) return Number.NaN;
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  return date.getTime() + (h * 3600 + m * 60 + s) * 1000 + ms - offsetMs(offset);
}

function offsetMs(offset: string | undefined): number {
  if (offset === undefined || /^z$/i.test(offset)) return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(":", "") || "0");
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
