import { unknownEnding } from "../lesson.ts";
import { type Dialect, draftOf, eventName, isoTime, reject, rejectBad, verdict } from "./dialect.ts";
import { errorIn, saysFailed, verdictIn } from "./producer-words.ts";
import { isInferenceRecord, parseQuickly } from "./quick.ts";
import { type Inference, inferenceShape } from "./shapes.ts";

/** A question answered by a local model, or one step of an agent. */
export const inference: Dialect = {
  name: "inference",
  recognises: (record) => {
    const name = eventName(record);
    return name === "agent_step_complete" || name === "local_inference";
  },
  read(record, turns) {
    const name = eventName(record);
    const parsed = parseQuickly(record, isInferenceRecord, inferenceShape);
    if (parsed === null)
      return rejectBad(
        name === "local_inference" ? "malformed_local_inference" : "malformed_agent_step_complete",
        turns,
      );
    const {
      query,
      response,
      latency_ms,
      model,
      role,
      session_id,
      success,
      user_feedback,
      timestamp,
      tokens_out,
      finish_reason,
      stop_reason,
    } = parsed;
    if (latency_ms === undefined || latency_ms <= 0) return reject("no_latency", turns);
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
        feedback: verdict(user_feedback) ?? verdictIn(record),
        ending: {
          ...unknownEnding,
          said: success === false || saysFailed(record) ? "failed" : null,
          stop: finish_reason ?? stop_reason ?? "",
          error: errorIn(record),
          latencyMs: latency_ms,
          tokensOut: tokens_out ?? null,
          asked: !isReport(parsed),
        },
      },
      turns,
    );
  },
};

const report = /^[\w ./-]{3,80}:(?:\s+[\w.-]{1,60}=\S{1,200}){1,20}\s*$/;

// No model ran where no token was used; and a line of names and values is a program's report, not a question.
function isReport({ query, tokens_used, tokens_out }: Inference): boolean {
  return report.test(query) || tokens_used === 0 || tokens_out === 0;
}

function countTokens(tokens: { tokens_in?: number | null | undefined; tokens_out?: number | null | undefined }) {
  return {
    ...(typeof tokens.tokens_in === "number" ? { tokens_in: tokens.tokens_in } : {}),
    ...(typeof tokens.tokens_out === "number" ? { tokens_out: tokens.tokens_out } : {}),
  };
}
