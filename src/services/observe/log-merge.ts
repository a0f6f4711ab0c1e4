import type { LogLine } from "../supervisor/state.ts";
import { timeOrder } from "./log-places.ts";

const waitMs = 100;
const most = 20_000;

/** Lines that come from several sources at once, handed on in the order of their times. */
export interface LogMerge {
  push(line: LogLine): void;
  /** Waits for so long before anything is handed on: a source was opened, and what it begins with is old. */
  hold(ms: number): void;
  close(): void;
}

/** Opens a merge; what comes within a moment is put in order. */
export function openLogMerge(onLine: (line: LogLine) => void): LogMerge {
  let waiting: { readonly line: LogLine; readonly order: string }[] = [];
  let timer: NodeJS.Timeout | null = null;
  let heldUntil = 0;
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const lines = waiting.toSorted((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
    waiting = [];
    for (const { line } of lines) onLine(line);
  };
  return {
    push(line) {
      // A line without a time stays behind the one it came after.
      waiting.push({ line, order: timeOrder(line.at) || (waiting.at(-1)?.order ?? "") });
      if (waiting.length >= most) flush();
      else timer ??= setTimeout(flush, Math.max(waitMs, heldUntil - performance.now()));
    },
    hold(ms) {
      heldUntil = performance.now() + ms;
      if (timer === null) return;
      clearTimeout(timer);
      timer = setTimeout(flush, Math.max(waitMs, ms));
    },
    close: flush,
  };
}
