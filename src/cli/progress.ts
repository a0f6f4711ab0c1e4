import type { EngineEvent } from "../engine/events.ts";
import type { StackEvent } from "../services/supervisor/said.ts";
import { type Output, paint, visible } from "./print.ts";

const everyMs = 100;
const plainEveryMs = 5000;

/** Shows what the engine says on standard error: a moving line on a terminal, now and then a plain line otherwise. */
export interface Progress {
  say(event: EngineEvent | StackEvent): void;
  end(): void;
}

function words(state: string): string {
  return state.replaceAll("_", " ");
}

function warning(event: EngineEvent | StackEvent): string | null {
  switch (event.type) {
    case "file.unreadable":
      return `${event.file} is not read: ${event.why}`;
    case "file.gone":
      return event.unreadBytes > 0 ? `${event.file} is gone with ${event.unreadBytes} bytes unread` : null;
    case "file.renewed":
      return `${event.file} was ${event.why}; it is read from its start (${event.sink})`;
    case "sink.waiting":
      return `${event.sink} waits ${Math.round(event.retryMs)} ms: ${event.why}`;
    case "sink.resumed":
      return `${event.sink} goes on`;
    case "lesson.refused":
      return `${event.sink} refused lesson ${event.lesson}: ${event.why}`;
    case "cursor.corrupt":
      return `the checkpoint of ${event.sink} for ${event.file} is damaged; ${event.used} is used`;
    case "zero.yield": {
      const reasons = Object.entries(event.reasons).map(([reason, count]) => `${reason} ${count}`);
      return `0 lessons from ${event.events} events of ${event.source} (${reasons.join(", ")})`;
    }
    case "pressure.changed":
      return event.paused
        ? `backlog of ${event.backlogBytes} bytes: intake is paused and optional work put off; draining goes on`
        : `backlog of ${event.backlogBytes} bytes: intake and optional work go on`;
    case "disk.changed":
      return event.stopped
        ? `disk: ${event.freeBytes} bytes are free, ${event.minFreeBytes} must stay free; learning has stopped`
        : `disk: ${event.freeBytes} bytes are free; learning goes on`;
    case "learning.paused":
      return `learning is paused by hand${event.why === "" ? "" : `: ${event.why}`}; type: aistack resume`;
    case "learning.resumed":
      return "learning goes on";
    case "report.failed":
      return `the state of the engine was not reported: ${event.why}`;
    case "breaker.changed":
      return `breaker ${event.name}: ${words(event.from)} → ${words(event.to)} (${event.why})`;
    case "breakers.unreadable":
      return `the breakers saved in ${event.file} are not used: ${event.why}`;
    case "breakers.unsaved":
      return `the breakers were not saved: ${event.why}`;
    case "dataset.repaired":
      return `${event.file}: ${event.droppedBytes} bytes of a torn line cut, ${event.adoptedPairs} pairs adopted, ${event.restoredPairs} restored`;
    case "engine.held":
      return `process ${event.pid} (${event.command}, since ${event.since}) learns here; looking only`;
    case "vectors.filled":
      return `the vectors of ${event.lessons} lessons were made for ${event.place}`;
    case "rotation.failed":
      return `rotation: ${event.why}`;
    default:
      return null;
  }
}

function moved(event: Extract<EngineEvent, { type: "store.moved" | "store.verified" }>): string {
  if (event.type === "store.verified") return `${event.table}: ${event.rows} rows verified\n`;
  return `${event.table}: ${event.rows} of ${event.total} rows\n`;
}

// What the supervisor does is told line by line; nothing of it is a warning but what went wrong.
function told(event: EngineEvent | StackEvent): string | null {
  switch (event.type) {
    case "stack.step":
      return `${event.service}: ${event.step}${event.why === "" ? "" : ` (${event.why})`}`;
    case "stack.ready":
      return `${event.service}: ${event.condition} after ${(event.afterMs / 1000).toFixed(1)} s`;
    case "stack.waiting":
      return `waiting for ${event.for}: ${event.why}`;
    case "service.died": {
      const next = event.restartMs === null ? "" : `; restart in ${(event.restartMs / 1000).toFixed(1)} s`;
      return `${event.service}: ${event.why}${next}`;
    }
    case "service.phase":
      return `${event.service}: ${event.phase}${event.why === "" ? "" : ` (${event.why})`}`;
    case "podman.lost":
      return `podman ${event.what}: ${event.why}; again in ${(event.retryMs / 1000).toFixed(1)} s`;
    case "stack.log":
      return `${event.line.service} | ${visible(event.line.text)}`;
    default:
      return null;
  }
}

/** Opens the progress display; `bar` for a terminal. */
export function openProgress(output: Output, { bar, quiet }: { bar: boolean; quiet: boolean }): Progress {
  // Each sink says it of the same file.
  const unreadable = new Set<string>();
  const totals = { events: 0, lessons: 0, bytes: 0, total: 0 };
  const started = performance.now();
  let shownAt = bar ? 0 : started;
  let shown = false;
  const clear = () => {
    if (shown) output.write("\r\u001b[K");
    shown = false;
  };
  const gaugeLine = () => {
    const seconds = (performance.now() - started) / 1000;
    const share = totals.total === 0 ? 1 : Math.min(1, totals.bytes / totals.total);
    const filled = Math.round(share * 20);
    const gauge = bar ? `[${"#".repeat(filled)}${"-".repeat(20 - filled)}] ` : "";
    const rate = (totals.bytes / 1e6 / Math.max(seconds, 0.001)).toFixed(1);
    return `${gauge}${Math.floor(share * 100)} %  ${totals.events} events  ${totals.lessons} lessons  ${rate} MB/s`;
  };
  return {
    say(event) {
      const line = told(event);
      if (line !== null) {
        clear();
        if (!quiet) output.write(`${line}\n`);
        return;
      }
      if (event.type === "file.found" && event.sink === "rows") totals.total += event.bytes;
      if (event.type === "batch.taken" && event.sink === "rows") {
        totals.events += event.events;
        totals.lessons += event.lessons;
        totals.bytes += event.bytes;
        const now = performance.now();
        if (quiet || now - shownAt < (bar ? everyMs : plainEveryMs)) return;
        shownAt = now;
        output.write(bar ? `\r\u001b[K${gaugeLine().slice(0, output.columns - 1)}` : `${gaugeLine()}\n`);
        shown = bar;
        return;
      }
      if (event.type === "store.moved" || event.type === "store.verified") {
        const now = performance.now();
        const whole = event.type === "store.verified" || event.rows === event.total;
        if (quiet || (!whole && now - shownAt < (bar ? everyMs : plainEveryMs))) return;
        shownAt = now;
        clear();
        output.write(moved(event));
        return;
      }
      const text = warning(event);
      if (text === null || unreadable.has(text)) return;
      if (event.type === "file.unreadable") unreadable.add(text);
      clear();
      output.write(`${paint("warning:", "yellow", output)} ${text}\n`);
    },
    end: clear,
  };
}
