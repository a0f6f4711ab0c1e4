const units = ["B", "K", "M", "G", "T", "P"] as const;

/** A number of bytes in at most five characters: `512B`, `1.4K`, `100M`. Unknown is a dash, never a zero. */
export function bytes(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return "–";
  let value = Math.max(0, count);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = unit === 0 || value >= 9.95 ? String(Math.round(value)) : value.toFixed(1);
  return `${text}${units[unit]}`;
}

// The locale's own way to write numbers takes 8 MB of memory at its first use.
function grouped(value: number): string {
  return String(value).replace(/(?<=\d)(?=(?:\d{3})+$)/g, ",");
}

/** A count in at most six characters: `9,999`, `12.3k`, `4.5M`. */
export function count(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  if (value < 100_000) return grouped(Math.round(value));
  if (value < 999_500) return `${Math.round(value / 1000)}k`;
  if (value < 999_500_000) return `${(value / 1e6).toFixed(value < 9.995e7 ? 1 : 0)}M`;
  return `${(value / 1e9).toFixed(value < 9.995e10 ? 1 : 0)}G`;
}

/** Things a second: `0/s`, `3.2/s`, `128/s`. */
export function rate(perSecond: number | null): string {
  if (perSecond === null || !Number.isFinite(perSecond)) return "–";
  return `${perSecond > 0 && perSecond < 9.95 ? perSecond.toFixed(1) : count(perSecond)}/s`;
}

/** A share between 0 and 1 in percent; a little is not nothing, and almost all is not all. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return "–";
  if (share > 0 && share < 0.01) return "<1%";
  if (share < 1 && share > 0.99) return "99%";
  return `${Math.round(share * 100)}%`;
}

/** Processor time in percent of one processor. */
export function cpu(percent: number | null): string {
  return percent === null ? "–" : `${percent.toFixed(1)}%`;
}

/** A span of time, coarse, so that it seldom changes: `<1m`, `2m`, `3h`, `5d`. */
export function span(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "–";
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return "<1m";
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)}h`;
  return `${Math.floor(minutes / 60 / 24)}d`;
}

/** How long ago a moment was, coarse. */
export function age(iso: string | null, now: number): string {
  const at = iso === null ? Number.NaN : Date.parse(iso);
  return Number.isNaN(at) ? "–" : span(now - at);
}

/** Time left in seconds, rounded up to five, for something short that is being waited for. */
export function left(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "–";
  if (ms <= 0) return "now";
  if (ms >= 120_000) return span(ms);
  return `${Math.ceil(ms / 5000) * 5}s`;
}

/** How long something took: `340ms`, `1.2s`, `2m 5s`. */
export function took(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "–";
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  return `${Math.floor(ms / 60_000)}m ${Math.round((ms % 60_000) / 1000)}s`;
}

/** The time of day of a moment, in the user's own zone. */
export function clock(iso: string | null): string {
  const at = iso === null ? null : new Date(iso);
  if (at === null || Number.isNaN(at.getTime())) return "--:--:--";
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
