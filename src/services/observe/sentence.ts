import type { EngineEvent } from "../../engine/events.ts";
import { reasonsInWords } from "../../engine/learning/formats/reasons.ts";
import type { StackEvent } from "../supervisor/said.ts";
import { sizeWords, spanWords } from "./amounts.ts";
import type { Level } from "./view.ts";

function words(state: string): string {
  return state.replaceAll("_", " ");
}

/** The dialect of a source, in words to stand behind its name. */
export function dialectWords(dialect: string): string {
  if (dialect === "") return "";
  return dialect === "none" ? " that no dialect knows" : ` (${dialect})`;
}

function renewedSentence(event: Extract<EngineEvent, { type: "redaction.renewed" }>): string {
  const { place, lessons, merged, removed, negatives, pairs, cursors, proposals } = event;
  const changed = `${lessons} lessons changed (their vectors are made anew), ${merged} became the same as another, ${removed} were removed`;
  return `${place} was redacted anew: ${changed}; ${pairs} pairs, ${negatives} rejected answers, ${cursors} checkpoints, ${proposals} proposals`;
}

/** What an event means to a person; null where it is only progress. */
export function sentenceOf(event: EngineEvent | StackEvent): string | null {
  switch (event.type) {
    case "file.unreadable":
      return `${event.file} is not read: ${event.why}`;
    case "file.gone":
      return event.unreadBytes > 0 ? `${event.file} is gone with ${sizeWords(event.unreadBytes)} unread` : null;
    case "file.cut":
      return `${event.file} was cut with ${sizeWords(event.unreadBytes)} unread, and no copy of them is left`;
    case "bytes.lost":
      return `${sizeWords(event.bytes)} in ${event.files} ${event.files === 1 ? "file" : "files"} went away before anything was learned from them`;
    case "file.renewed":
      return `${event.file} was ${event.why}; it is read from its start (${event.sink})`;
    case "sink.waiting":
      return `${event.sink} waits ${spanWords(event.retryMs)}: ${event.why}`;
    case "sink.resumed":
      return `${event.sink} goes on`;
    case "lesson.refused":
      return `${event.sink} refused lesson ${event.lesson}: ${event.why}`;
    case "cursor.corrupt":
      return `the checkpoint of ${event.sink} for ${event.file} is damaged; ${event.used} is used`;
    case "zero.yield":
      return `0 lessons from ${event.events} events of ${event.source}${dialectWords(event.dialect)}: ${reasonsInWords(event.reasons)}`;
    case "pressure.changed":
      return event.paused
        ? `backlog of ${sizeWords(event.backlogBytes)}: intake is paused and optional work put off; draining goes on`
        : `backlog of ${sizeWords(event.backlogBytes)}: intake and optional work go on`;
    case "disk.changed":
      return event.stopped
        ? `disk: ${sizeWords(event.freeBytes)} are free, ${sizeWords(event.minFreeBytes)} must stay free; learning has stopped`
        : `disk: ${sizeWords(event.freeBytes)} are free; learning goes on`;
    case "learning.paused":
      return `learning is paused by hand${event.why === "" ? "" : `: ${event.why}`}; type: aistack resume`;
    case "learning.resumed":
      return "learning goes on";
    case "report.failed":
      return `the state of the engine was not reported: ${event.why}`;
    case "input.unread":
      return `standard input was not read: ${event.why}`;
    case "breaker.changed":
      return `breaker ${event.name}: ${words(event.from)} → ${words(event.to)} (${event.why})`;
    case "breakers.unreadable":
      return `the breakers saved in ${event.file} are not used: ${event.why}`;
    case "breakers.unsaved":
      return `the breakers were not saved: ${event.why}`;
    case "dataset.repaired":
      return `${event.file}: ${sizeWords(event.droppedBytes)} of a torn line cut, ${event.adoptedPairs} pairs adopted, ${event.restoredPairs} restored`;
    case "engine.held":
      return `process ${event.pid} (${event.command}, since ${event.since}) learns here; looking only`;
    case "vectors.filled":
      return `the vectors of ${event.lessons} lessons were made for ${event.place}`;
    case "neighbours.measured":
      return `${event.lessons} lessons were measured anew for near-duplicates`;
    case "redaction.outdated":
      return `${event.place} was kept by older rules of redaction; everything in it is redacted anew first`;
    case "redaction.older":
      return `what ${event.place} keeps was redacted by older rules and may hold secrets; it is redacted anew by: aistack learn --once`;
    case "redaction.renewed":
      return renewedSentence(event);
    case "redaction.uncompacted":
      return `what ${event.place} held before may be left in unused room: ${event.why}; it is tried at the next start`;
    case "rotation.failed":
      return `rotation: ${event.why}`;
    default:
      return null;
  }
}

const bad: ReadonlySet<string> = new Set([
  "file.cut",
  "bytes.lost",
  "file.unreadable",
  "cursor.corrupt",
  "rotation.failed",
  "lesson.refused",
  "report.failed",
  "breakers.unreadable",
  "breakers.unsaved",
]);
const good: ReadonlySet<string> = new Set([
  "sink.resumed",
  "learning.resumed",
  "vectors.filled",
  "neighbours.measured",
  "redaction.renewed",
]);

/** How bad an event is. */
export function levelOfEvent(event: EngineEvent | StackEvent): Level {
  if (bad.has(event.type)) return "bad";
  if (good.has(event.type)) return "good";
  if (event.type === "pressure.changed") return event.paused ? "warn" : "good";
  if (event.type === "disk.changed") return event.stopped ? "bad" : "good";
  if (event.type === "breaker.changed") return event.to === "closed" ? "good" : event.to === "open" ? "bad" : "warn";
  return "warn";
}
