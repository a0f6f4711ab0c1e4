import type { EngineEvent } from "../../engine/events.ts";
import type { Level } from "./view.ts";

/** What an event means to a person; null where it is only progress. */
export function sentenceOf(event: EngineEvent): string | null {
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
        ? `backlog of ${event.backlogBytes} bytes: optional work is put off`
        : "backlog is small again: optional work goes on";
    case "dataset.repaired":
      return `${event.file}: ${event.droppedBytes} bytes of a torn line cut, ${event.adoptedPairs} pairs adopted, ${event.restoredPairs} restored`;
    case "engine.held":
      return `process ${event.pid} (${event.command}, since ${event.since}) learns here; looking only`;
    case "rotation.failed":
      return `rotation: ${event.why}`;
    default:
      return null;
  }
}

const bad: ReadonlySet<string> = new Set(["file.unreadable", "cursor.corrupt", "rotation.failed", "lesson.refused"]);
const good: ReadonlySet<string> = new Set(["sink.resumed"]);

/** How bad an event is. */
export function levelOfEvent(event: EngineEvent): Level {
  if (bad.has(event.type)) return "bad";
  if (good.has(event.type) || (event.type === "pressure.changed" && !event.paused)) return "good";
  return "warn";
}
