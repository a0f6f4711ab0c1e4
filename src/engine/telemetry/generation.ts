/**
 * Names that rotated logs have in the world. For a log `x.jsonl`:
 *
 *   x.jsonl.1  x.jsonl.2026-01-01  x.jsonl.2026-01-01_10-30  x.jsonl-20260101  x.jsonl-20260101-1767225600
 *   x.1.jsonl  x.2026-01-01.jsonl  x.2026-01-01.0.jsonl  x-20260101.jsonl  x__2026-01-01_00-00-00.jsonl
 *   0.log.20260101-120000 (of 0.log)
 *
 * and each with the ending of a compression. What is named so counts as rotated only where its log is followed too.
 */

/** How a rotated file is compressed: so that it can be read, or by what cannot be read here. */
export type Packing = "gzip" | "zstd" | "bzip2" | "xz" | "lz4" | "lzip" | "zip" | "compress";

/** What the name of a rotated file says. */
export interface Generation {
  /** Names of logs that it may be of, the likeliest first. */
  readonly logs: readonly string[];
  readonly packing: Packing | null;
  /** The name before it was compressed. */
  readonly plain: string;
  /** Orders the generations of a log, oldest first. */
  readonly age: string;
}

const packings: Readonly<Record<string, Packing>> = {
  gz: "gzip",
  zst: "zstd",
  bz2: "bzip2",
  xz: "xz",
  lz4: "lz4",
  lz: "lzip",
  zip: "zip",
  Z: "compress",
};

const day = String.raw`(?:19|20)\d\d(?:-?(?:0[1-9]|1[0-2])(?:-?(?:0[1-9]|[12]\d|3[01]))?|-?W[0-5]\d|-?[0-3]\d\d)`;
const time = String.raw`[-_T.]?[0-2]\d(?:[-:.]?[0-5]\d(?:[-:.]?[0-6]\d(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d\d:?\d\d)?`;
const stamp = new RegExp(String.raw`^[-._]{1,2}(?:${day}(?:${time})?|1\d{9})(?:-\d{10})?(?:[-.]\d{1,6})?$`);
const number = /^\.\d{1,9}$/;

function isMark(mark: string): boolean {
  return number.test(mark) || stamp.test(mark);
}

/** The longest mark is some 50 characters; a name has at most 255 bytes. */
const markCharactersMax = 60;

// Where a name of a log may end and the mark of its rotation begins.
function logsOf(text: string, extension: string): { log: string; mark: string }[] {
  if (!/[\dZ]$/.test(text)) return [];
  const found: { log: string; mark: string }[] = [];
  for (let at = Math.max(1, text.length - markCharactersMax); at < text.length - 1; at++) {
    const sign = text[at];
    if (sign !== "." && sign !== "-" && sign !== "_") continue;
    const mark = text.slice(at);
    if (isMark(mark)) found.push({ log: text.slice(0, at) + extension, mark });
  }
  return found;
}

// Dates grow and numbers shrink with time; numbers are made to grow.
function ageOf(mark: string): string {
  if (number.test(mark)) return `1 ${String(1e9 - Number(mark.slice(1))).padStart(10, "0")}`;
  return `0 ${mark.replaceAll(/[^\d]+/g, " ").trim()}`;
}

const remembered = new Map<string, Generation | null>();
const rememberedMax = 50_000;

/** Reads the name of a file as that of a rotated log; null for every other name. */
export function parseGeneration(name: string): Generation | null {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const parsed = parse(name);
  if (remembered.size >= rememberedMax) remembered.clear();
  remembered.set(name, parsed);
  return parsed;
}

function parse(name: string): Generation | null {
  const ending = /\.(gz|zst|bz2|xz|lz4|lz|zip|Z)$/.exec(name)?.[1];
  const plain = ending === undefined ? name : name.slice(0, -ending.length - 1);
  const packing = ending === undefined ? null : (packings[ending] ?? null);
  const extension = /\.[A-Za-z][A-Za-z0-9]{0,15}$/.exec(plain)?.[0] ?? "";
  const found = [
    ...logsOf(plain, ""),
    ...(extension === "" ? [] : logsOf(plain.slice(0, -extension.length), extension)),
  ];
  const [first] = found;
  if (first === undefined) return null;
  return { logs: found.map(({ log }) => log), packing, plain, age: ageOf(first.mark) };
}
