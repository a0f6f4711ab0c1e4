import type { EngineEvent } from "../../engine/events.ts";
import type { StackEvent } from "../supervisor/said.ts";
import { spanWords } from "./amounts.ts";
import type { Level } from "./view.ts";

/** What the supervisor did, as a sentence; null for what is no news of it. */
export function stackSentenceOf(event: EngineEvent | StackEvent): string | null {
  switch (event.type) {
    case "stack.step":
      return `${event.service}: ${event.step}${event.why === "" ? "" : ` (${event.why})`}`;
    case "stack.ready":
      return `${event.service}: ${event.condition} after ${spanWords(event.afterMs)}`;
    case "stack.waiting":
      return `waiting for ${event.for}: ${event.why}`;
    case "service.died": {
      return `${event.service}: ${event.why}${restartWords(event.restartMs)}`;
    }
    case "service.phase":
      return `${event.service}: ${event.phase}${event.why === "" ? "" : ` (${event.why})`}`;
    case "podman.lost":
      return `podman ${event.what}: ${event.why}; again in ${spanWords(event.retryMs)}`;
    default:
      return null;
  }
}

function restartWords(restartMs: number | null): string {
  if (restartMs === null) return "";
  return restartMs === 0 ? "; Podman has started it again" : `; restart in ${spanWords(restartMs)}`;
}

/** How bad it is what the supervisor says. */
export function levelOfStackEvent(event: EngineEvent | StackEvent): Level {
  if (event.type === "service.died") return "bad";
  if (event.type === "podman.lost") return "warn";
  if (event.type === "service.phase") return /crash|failed/.test(event.phase) ? "bad" : "unknown";
  return event.type === "stack.ready" ? "good" : "unknown";
}
