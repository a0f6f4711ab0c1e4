import type { EngineEvent } from "../../engine/events.ts";
import type { StackEvent } from "../supervisor/said.ts";
import { attentionOf, verdictOf } from "./attention.ts";
import { toldOf } from "./told.ts";
import type { HappeningView, Level, SinkView, View } from "./view.ts";

const keptHappenings = 500;

/** What changed in a snapshot; the verdict follows from it. */
export type Change = Partial<Omit<View, "verdict" | "attention" | "happenings">>;

/** A text with paths as they are called from the home. */
function near(text: string, home: string): string {
  return text.replaceAll(`${home}/telemetry/`, "").replaceAll(`${home}/`, "");
}

/** The snapshot after a change, judged anew. */
export function change(view: View, by: Change): View {
  const next = { ...view, ...by };
  const found = attentionOf(next);
  const attention = found === null ? null : { ...found, text: near(found.text, next.home) };
  return { ...next, attention, verdict: verdictOf(next, attention) };
}

/** The snapshot with one more thing that happened; the same thing once more is counted. */
export function happen(view: View, at: string, said: { type: string; level: Level; text: string }): View {
  const last = view.happenings.at(-1);
  const text = near(said.text, view.home);
  if (last && last.type === said.type && last.text === text) {
    return { ...view, happenings: view.happenings.with(-1, { ...last, at, times: last.times + 1 }) };
  }
  const one: HappeningView = { id: (last?.id ?? 0) + 1, at, ...said, text, times: 1 };
  return { ...view, happenings: [...view.happenings.slice(1 - keptHappenings), one] };
}

function withSink(view: View, name: string, by: Partial<SinkView>): Change {
  return { sinks: view.sinks.map((sink) => (sink.name === name ? { ...sink, ...by } : sink)) };
}

function readied(view: View, at: string, name: string): Change {
  const service = view.services.list.find((one) => one.name === name);
  const isUp = service?.phase === "starting" || service?.phase === "running";
  if (!isUp || service.startedAt === null) return {};
  const afterMs = Math.max(0, Date.parse(at) - Date.parse(service.startedAt));
  return { readyAfterMs: { ...view.readyAfterMs, [name]: afterMs } };
}

function changeOf(view: View, at: string, event: EngineEvent | StackEvent): Change {
  switch (event.type) {
    case "batch.taken":
      return withSink(view, event.sink, { checkpointAt: at, checkpointMs: event.checkpointMs });
    case "sink.waiting":
      return withSink(view, event.sink, { waiting: event.why });
    case "sink.resumed":
      return withSink(view, event.sink, { waiting: "" });
    case "stack.ready":
      return { readyAfterMs: { ...view.readyAfterMs, [event.service]: event.afterMs } };
    case "service.phase":
      return event.phase === "healthy" ? readied(view, at, event.service) : {};
    case "pressure.changed":
      return { pressure: { ...view.pressure, paused: event.paused, backlogBytes: event.backlogBytes } };
    default:
      return {};
  }
}

/** The snapshot after the engine or the supervisor said something. */
export function foldEvent(view: View, at: string, event: EngineEvent | StackEvent): View {
  const next = change(view, changeOf(view, at, event));
  const told = toldOf(event);
  return told === null ? next : happen(next, at, { type: event.type, ...told });
}
