import type { LogBook, LogEntry, LogSource } from "../services/observe/log-book.ts";
import { passes } from "./log-line.ts";
import { parsePattern } from "./pattern.ts";
import type { LogState } from "./screen.ts";

const loudness = { debug: 0, info: 1, warn: 2, error: 3 } as const;

/** The lines of the log that are not hidden, kept up to date from one frame to the next. */
export interface LogSelection {
  /** The lines to show, oldest first. */
  select(log: LogState, now: number): readonly LogEntry[];
}

// In its place: a copy of some ten thousand lines for every frame would be most of what there is to collect.
function dropGone(entries: LogEntry[]): void {
  let alive = 0;
  for (const entry of entries) {
    if (entry.gone) continue;
    entries[alive] = entry;
    alive++;
  }
  entries.length = alive;
}

// Grows by what is new as long as the choice stays the same; only another choice looks at every line again.
/** Opens a selection over a log book; what it selects changes in place with the next selection. */
export function openLogSelection(book: LogBook): LogSelection {
  let key = "";
  let kept: LogEntry[] = [];
  let last = 0;

  const passing = (log: LogState) => {
    const pattern = parsePattern(log.filter);
    const least = loudness[log.level];
    return (entry: LogEntry) =>
      !entry.gone &&
      loudness[entry.level] >= least &&
      !isMuted(log, entry.service) &&
      (pattern === null || passes(pattern, entry.text, log.raw));
  };

  return {
    select(log, now) {
      const wanted = JSON.stringify([
        log.filter,
        log.level,
        [...log.muted],
        log.alone,
        log.from,
        log.filter !== "" && log.raw,
      ]);
      if (wanted !== key) {
        key = wanted;
        kept = [];
        last = log.from;
      }
      const fresh = book.after(last);
      if (fresh.length > 0 || kept[0]?.gone === true) {
        const pass = passing(log);
        dropGone(kept);
        for (const entry of fresh) if (pass(entry)) kept.push(entry);
        last = Math.max(last, book.newest);
      }
      if (log.sinceMinutes === 0) return kept;
      const since = now - log.sinceMinutes * 60_000;
      return kept.filter(({ at }) => at === null || Date.parse(at) >= since);
    },
  };
}

/** Whether a service's lines are left out. */
export function isMuted({ muted, alone }: LogState, name: string): boolean {
  return alone.length === 0 ? muted.has(name) : !alone.includes(name);
}

/** The services whose newest lines are in sight: none while one looks back, and no muted one. */
export function heard(log: LogState, sources: readonly LogSource[]): string[] {
  if (log.bottom !== null) return [];
  return sources.flatMap(({ name }) => (isMuted(log, name) ? [] : [name]));
}

/** Where in the shown lines the bottom row is. */
export function bottomOf(shown: readonly LogEntry[], log: LogState): number {
  const { bottom } = log;
  if (bottom === null) return shown.length - 1;
  const at = shown.findLastIndex(({ id }) => id <= bottom);
  return at < 0 ? Math.min(0, shown.length - 1) : at;
}

/** The log moved by so many lines; at the newest line it follows again. */
export function scroll(shown: readonly LogEntry[], log: LogState, by: number): LogState {
  const at = Math.max(0, bottomOf(shown, log) + by);
  const entry = shown[at];
  if (entry === undefined || at >= shown.length - 1) return by > 0 ? { ...log, bottom: null } : log;
  return { ...log, bottom: entry.id };
}

/** The log moved to the next line that the search finds, upwards or downwards, and round at the ends; null for none. */
export function seek(shown: readonly LogEntry[], log: LogState, step: 1 | -1): LogState | null {
  const pattern = parsePattern(log.search);
  if (pattern === null || shown.length === 0) return null;
  const from = log.hit === null ? -1 : shown.findIndex(({ id }) => id === log.hit);
  const start = from >= 0 ? from + step : step === 1 ? 0 : bottomOf(shown, log);
  for (let tried = 0; tried < shown.length; tried++) {
    const at = (((start + tried * step) % shown.length) + shown.length) % shown.length;
    const entry = shown[at];
    if (entry === undefined || !passes(pattern, entry.text, log.raw)) continue;
    const below = shown[Math.min(shown.length - 1, at + 3)];
    return { ...log, hit: entry.id, bottom: below?.id ?? entry.id };
  }
  return null;
}
