import type { LogLine } from "../supervisor/state.ts";
import { type LogLevel, levelOf } from "./log-level.ts";

/** One line that is kept; numbered in the order of arrival over all services. */
export interface LogEntry extends LogLine {
  readonly id: number;
  readonly level: LogLevel;
  /** Characters of a longer line that were not kept. */
  readonly cut: number;
  /** Whether newer lines have pushed it out. */
  gone: boolean;
}

/** What is known of one service's log. */
export interface LogSource {
  readonly name: string;
  readonly lines: number;
  readonly dropped: number;
  /** Lines of level error since somebody last looked. */
  readonly unread: number;
}

/** The newest lines of every service, each in a ring of its own, so that a loud one pushes out only itself. */
export interface LogBook {
  push(line: LogLine): void;
  /** The lines with a higher number, oldest first. */
  after(id: number): readonly LogEntry[];
  readonly newest: number;
  /** Changes whenever the kept lines do. */
  readonly version: number;
  /** Lines of level error that nobody has looked at, over all services, up to a hundred of each. */
  readonly unread: number;
  sources(): readonly LogSource[];
  /** Says that the errors of these services were seen. */
  seen(services: readonly string[]): void;
  clear(): void;
}

const keptCharacters = 16_384;

// The oldest line is at `first`, the others behind it, around the end.
interface Ring {
  readonly entries: (LogEntry | undefined)[];
  first: number;
  lines: number;
  characters: number;
  dropped: number;
  unread: number;
}

/** Opens a log book that keeps so many lines of each service, and no more than so many UTF-16 units of text. */
export function openLogBook(linesPerService: number, charactersPerService = Number.POSITIVE_INFINITY): LogBook {
  const rings = new Map<string, Ring>();
  let order: LogEntry[] = [];
  let gone = 0;
  let goneCharacters = 0;
  let newest = 0;
  let version = 0;

  const ringOf = (service: string): Ring => {
    const known = rings.get(service);
    if (known) return known;
    const made: Ring = { entries: [], first: 0, lines: 0, characters: 0, dropped: 0, unread: 0 };
    rings.set(service, made);
    return made;
  };

  const dropOldest = (ring: Ring) => {
    const old = ring.entries[ring.first];
    if (old === undefined) return;
    ring.entries[ring.first] = undefined;
    ring.first = (ring.first + 1) % linesPerService;
    ring.lines--;
    ring.characters -= old.text.length;
    ring.dropped++;
    old.gone = true;
    gone++;
    goneCharacters += old.text.length;
  };

  const sweep = () => {
    const isWorth = gone >= 1000 && gone >= order.length / 2;
    if (!isWorth && goneCharacters <= charactersPerService) return;
    order = order.filter((entry) => !entry.gone);
    gone = 0;
    goneCharacters = 0;
  };

  return {
    push(line) {
      const cut = Math.max(0, line.text.length - keptCharacters);
      const text = cut > 0 ? copyOf(line.text.slice(0, keptCharacters)) : line.text;
      const entry: LogEntry = { ...line, text, id: ++newest, level: levelOf(text), cut, gone: false };
      const ring = ringOf(line.service);
      const isFull = () => ring.lines === linesPerService || ring.characters + text.length > charactersPerService;
      while (ring.lines > 0 && isFull()) dropOldest(ring);
      ring.entries[(ring.first + ring.lines) % linesPerService] = entry;
      ring.lines++;
      ring.characters += text.length;
      if (entry.level === "error") ring.unread++;
      order.push(entry);
      version++;
      sweep();
    },
    after(id) {
      if (id >= newest) return [];
      let low = 0;
      let high = order.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((order[middle]?.id ?? 0) <= id) low = middle + 1;
        else high = middle;
      }
      return order.slice(low).filter((entry) => !entry.gone);
    },
    get newest() {
      return newest;
    },
    get version() {
      return version;
    },
    get unread() {
      let sum = 0;
      for (const ring of rings.values()) sum += Math.min(ring.unread, 100);
      return sum;
    },
    sources: () =>
      [...rings].map(([name, { lines, dropped, unread }]) => ({ name, lines, dropped, unread })).toSorted(byName),
    seen(services) {
      for (const service of services) {
        const ring = rings.get(service);
        if (!ring || ring.unread === 0) continue;
        ring.unread = 0;
        version++;
      }
    },
    clear() {
      for (const entry of order) entry.gone = true;
      rings.clear();
      order = [];
      gone = 0;
      goneCharacters = 0;
      version++;
    },
  };
}

// A part of a text keeps the whole of it in memory.
function copyOf(part: string): string {
  return Buffer.from(part).toString();
}

function byName(a: LogSource, b: LogSource): number {
  return a.name < b.name ? -1 : 1;
}
