import { unknownEnding } from "../lesson.ts";
import { type Dialect, draftOf, eventName, isoTime, rejectBad } from "./dialect.ts";
import { verdictIn } from "./producer-words.ts";
import { errorShape } from "./shapes.ts";

/** An error and what solved it. */
export const errorResolution: Dialect = {
  name: "error resolution",
  recognises: (record) => eventName(record) === "error_resolution",
  read(record, turns) {
    const parsed = errorShape.safeParse(record);
    if (!parsed.success) return rejectBad("malformed_error_resolution", turns);
    const { error_id, error_description, solution, resolution_time, timestamp } = parsed.data;
    return draftOf(
      {
        patternId: `error_${error_id}`,
        kind: "error_resolution",
        prompt: error_description,
        response: solution,
        backend: "",
        iterations: 1,
        timestamp: isoTime(timestamp),
        successMetrics: typeof resolution_time === "number" ? { resolution_time } : {},
        feedback: verdictIn(record),
        ending: { ...unknownEnding, said: record.success === false || record.resolved === false ? "failed" : null },
      },
      turns,
    );
  },
};
