import { unknownEnding } from "../lesson.ts";
import { type Dialect, draftOf, eventName, isoTime, type JsonRecord, reject, rejectBad, verdict } from "./dialect.ts";
import { errorIn, saysFailed, verdictIn } from "./producer-words.ts";
import { isEditorRecord, parseQuickly } from "./quick.ts";
import { vscodeShape } from "./shapes.ts";

const known: ReadonlySet<string> = new Set(["completion", "refactoring", "feedback", "error", "health-check"]);

function words(metadata: JsonRecord | null | undefined, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = metadata?.[name];
    if (typeof value === "string") return value;
  }
  return null;
}

/** An editor extension: a completion or refactoring teaches when its words came with it. */
export const vscode: Dialect = {
  name: "vscode",
  recognises: (record) => known.has(eventName(record) ?? ""),
  read(record, turns) {
    const name = eventName(record);
    const parsed = parseQuickly(record, isEditorRecord, vscodeShape);
    if (parsed === null) return rejectBad("malformed_editor_event", turns);
    const { extension, model_used, success, latency_ms, user_feedback, metadata, timestamp } = parsed;
    if (name === "health-check") return reject("health_report", turns);
    if (name === "error") return reject("not_successful", turns);
    const prompt = words(metadata, "prompt", "query", "instruction");
    const response = words(metadata, "response", "completion", "answer");
    if (prompt === null || response === null) return reject("no_text", turns);
    return draftOf(
      {
        patternId: `${extension ?? "vscode"}_${isoTime(timestamp)}`,
        kind: "inference",
        prompt,
        response,
        backend: model_used ?? extension ?? "",
        iterations: 1,
        timestamp: isoTime(timestamp),
        successMetrics: typeof latency_ms === "number" ? { latency_ms } : {},
        feedback: verdict(user_feedback) ?? verdictIn(record),
        ending: {
          ...unknownEnding,
          said: success && !saysFailed(record) ? "success" : "failed",
          error: errorIn(record),
        },
      },
      turns,
    );
  },
};
