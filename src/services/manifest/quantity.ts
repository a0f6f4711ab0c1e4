const durationUnits: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const byteUnits = ["b", "k", "m", "g", "t", "p"];

/** A Compose duration such as `1m30s` or `250ms` in milliseconds; null when it is none. */
export function parseDuration(text: string): number | null {
  if (!/^(\d+(\.\d+)?(us|ms|s|m|h))+$/.test(text)) return text === "0" ? 0 : null;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)) {
    sum += Number(count) * (durationUnits[unit ?? ""] ?? Number.NaN);
  }
  return Math.round(sum);
}

/** Milliseconds as a Compose duration. */
export function durationText(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** A Compose byte size such as `512m`, `1.5gb` or `1024` in bytes, by units of 1024; null when it is none. */
export function parseBytes(text: string): number | null {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*(?:([bkmgtp])(?:i?b)?)?$/i.exec(text.trim()) ?? [];
  if (count === undefined) return null;
  return Math.round(Number(count) * 1024 ** byteUnits.indexOf((unit ?? "b").toLowerCase()));
}

/** Bytes in the largest unit that leaves no rest. */
export function bytesText(bytes: number): string {
  for (const unit of ["g", "m", "k"]) {
    const size = 1024 ** byteUnits.indexOf(unit);
    if (bytes > 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}b`;
}
