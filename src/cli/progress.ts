import type { EngineEvent } from "../engine/events.ts";
import { sentenceOf } from "../services/observe/sentence.ts";
import { stackSentenceOf } from "../services/observe/stack-sentence.ts";
import type { StackEvent } from "../services/supervisor/said.ts";
import { type Output, paint, visible } from "./print.ts";

const everyMs = 100;
const saidOfFiles: ReadonlySet<string> = new Set(["file.unreadable", "file.gone", "file.cut"]);
const plainEveryMs = 5000;

// The clock of `performance` takes a millisecond to load, and most commands show no progress.
const nowMs = () => process.uptime() * 1000;

/** Shows what the engine says on standard error: a moving line on a terminal, now and then a plain line otherwise. */
export interface Progress {
  say(event: EngineEvent | StackEvent): void;
  end(): void;
}

function moved(event: Extract<EngineEvent, { type: "store.moved" | "store.verified" }>): string {
  if (event.type === "store.verified") return `${event.table}: ${event.rows} rows verified\n`;
  return `${event.table}: ${event.rows} of ${event.total} rows\n`;
}

/** Opens the progress display; `bar` for a terminal. */
export function openProgress(output: Output, { bar, quiet }: { bar: boolean; quiet: boolean }): Progress {
  // Each sink says it of the same file.
  const unreadable = new Set<string>();
  const totals = { events: 0, lessons: 0, bytes: 0, total: 0 };
  const started = nowMs();
  let shownAt = bar ? 0 : started;
  let shown = false;
  const clear = () => {
    if (shown) output.write("\r\u001b[K");
    shown = false;
  };
  const gaugeLine = () => {
    const seconds = (nowMs() - started) / 1000;
    const share = totals.total === 0 ? 1 : Math.min(1, totals.bytes / totals.total);
    const filled = Math.round(share * 20);
    const gauge = bar ? `[${"#".repeat(filled)}${"-".repeat(20 - filled)}] ` : "";
    const rate = (totals.bytes / 1e6 / Math.max(seconds, 0.001)).toFixed(1);
    return `${gauge}${Math.floor(share * 100)} %  ${totals.events} events  ${totals.lessons} lessons  ${rate} MB/s`;
  };
  return {
    say(event) {
      const line =
        event.type === "stack.log" ? `${event.line.service} | ${visible(event.line.text)}` : stackSentenceOf(event);
      if (line !== null) {
        clear();
        if (!quiet) output.write(`${visible(line)}\n`);
        return;
      }
      if (event.type === "file.found" && event.sink === "rows") totals.total += event.bytes;
      if (event.type === "batch.taken" && event.sink === "rows") {
        totals.events += event.events;
        totals.lessons += event.lessons;
        totals.bytes += event.bytes;
        const now = nowMs();
        if (quiet || now - shownAt < (bar ? everyMs : plainEveryMs)) return;
        shownAt = now;
        output.write(bar ? `\r\u001b[K${gaugeLine().slice(0, output.columns - 1)}` : `${gaugeLine()}\n`);
        shown = bar;
        return;
      }
      if (event.type === "store.moved" || event.type === "store.verified") {
        const now = nowMs();
        const whole = event.type === "store.verified" || event.rows === event.total;
        if (quiet || (!whole && now - shownAt < (bar ? everyMs : plainEveryMs))) return;
        shownAt = now;
        clear();
        output.write(moved(event));
        return;
      }
      const text = sentenceOf(event);
      if (text === null || unreadable.has(text)) return;
      if (saidOfFiles.has(event.type)) unreadable.add(text);
      clear();
      output.write(`${paint("warning:", "yellow", output)} ${visible(text)}\n`);
    },
    end: clear,
  };
}
