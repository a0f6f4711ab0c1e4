import { unknownEnding } from "../lesson.ts";
import { type Dialect, draftOf, eventName, isoTime, reject, rejectBad, verdict } from "./dialect.ts";
import { errorIn, saysFailed, verdictIn } from "./producer-words.ts";
import { interactionShape } from "./shapes.ts";

const known: ReadonlySet<string> = new Set([
  "interaction_tracked",
  "context_augmented",
  "route_search",
  "query_routed",
  "context_retrieved",
  "routing_decision",
]);

/** The hybrid coordinator and its watchers: an interaction that carries its words teaches, the rest is bookkeeping. */
export const hybrid: Dialect = {
  name: "hybrid",
  recognises: (record) => {
    const name = eventName(record);
    return name !== null && (known.has(name) || name.startsWith("health_spider_") || name.startsWith("apparmor_"));
  },
  read(record, turns) {
    const name = eventName(record);
    if (name !== "interaction_tracked") {
      if (name === "routing_decision" || name === "route_search" || name === "query_routed") {
        return reject("routing_decision", turns);
      }
      return reject(known.has(name ?? "") ? "context_lookup" : "health_report", turns);
    }
    if (record.query === undefined && record.response === undefined) return reject("no_text", turns);
    const parsed = interactionShape.safeParse(record);
    if (!parsed.success) return rejectBad("malformed_interaction", turns);
    const { interaction_id, query, response, outcome, model_used, user_feedback, latency_ms, timestamp } = parsed.data;
    return draftOf(
      {
        patternId: `interaction_${interaction_id ?? isoTime(timestamp)}`,
        kind: "inference",
        prompt: query,
        response,
        backend: model_used ?? "",
        iterations: 1,
        timestamp: isoTime(timestamp),
        successMetrics: typeof latency_ms === "number" ? { latency_ms } : {},
        feedback: verdict(user_feedback) ?? verdictIn(record),
        ending: {
          ...unknownEnding,
          said: outcome === "partial" ? "partial" : outcome === "success" && !saysFailed(record) ? "success" : "failed",
          error: errorIn(record),
          latencyMs: typeof latency_ms === "number" && latency_ms > 0 ? latency_ms : null,
        },
      },
      turns,
    );
  },
};
