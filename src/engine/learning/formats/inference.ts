import { type Dialect, draftOf, eventName, isoTime, reject, rejectBad, verdict } from "./dialect.ts";
import { isInferenceRecord, parseQuickly } from "./quick.ts";
import { inferenceShape } from "./shapes.ts";

/** A question answered by a local model, or one step of an agent. */
export const inference: Dialect = {
  name: "inference",
  recognises: (record) => {
    const name = eventName(record);
    return name === "agent_step_complete" || name === "local_inference";
  },
  read(record, turn) {
    const name = eventName(record);
    const parsed = parseQuickly(record, isInferenceRecord, inferenceShape);
    if (parsed === null)
      return rejectBad(
        name === "local_inference" ? "malformed_local_inference" : "malformed_agent_step_complete",
        turn,
      );
    const { query, response, latency_ms, model, role, session_id, success, user_feedback, timestamp } = parsed;
    if (latency_ms === undefined || latency_ms <= 0) return reject("no_latency", turn);
    const at = isoTime(timestamp);
    const numbers = { latency_ms, ...countTokens(parsed) };
    return draftOf(
      {
        patternId: `${name}_${session_id ?? at}`,
        kind: name === "local_inference" ? "inference" : "agent_step",
        prompt: query,
        response,
        backend: model ?? role ?? "",
        iterations: 1,
        timestamp: at,
        successMetrics: numbers,
        outcome: success === false ? "failed" : "success",
        feedback: verdict(user_feedback),
      },
      turn,
    );
  },
};

function countTokens(tokens: { tokens_in?: number | null | undefined; tokens_out?: number | null | undefined }) {
  return {
    ...(typeof tokens.tokens_in === "number" ? { tokens_in: tokens.tokens_in } : {}),
    ...(typeof tokens.tokens_out === "number" ? { tokens_out: tokens.tokens_out } : {}),
  };
}
