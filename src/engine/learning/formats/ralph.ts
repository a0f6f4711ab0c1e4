import { unknownEnding } from "../lesson.ts";
import { type Dialect, draftOf, eventName, isoTime, reject, rejectBad } from "./dialect.ts";
import { errorIn, saysFailed, verdictIn } from "./producer-words.ts";
import { isTaskRecord, parseQuickly } from "./quick.ts";
import { taskShape } from "./shapes.ts";

const failedReason = /max|limit|fail|stop|reject|error|time|abort|cancel/i;

// A task may be called completed because it came to its end, whatever end that was.
function isDone(status: string, reason: unknown): boolean {
  if (!/^(completed|success|succeeded)$/i.test(status)) return false;
  return typeof reason !== "string" || !failedReason.test(reason);
}

const steps: ReadonlySet<string> = new Set([
  "task_submitted",
  "task_started",
  "task_iteration",
  "task_failed",
  "adaptive_limit_calculated",
  "iteration_started",
  "iteration_completed",
  "exit_code_blocked",
  "exit_blocked",
  "checkpoint_saved",
]);

/** The Ralph orchestrator: a finished task teaches, its steps do not. */
export const ralph: Dialect = {
  name: "ralph",
  recognises: (record) => {
    const name = eventName(record);
    return name !== null && (name === "task_completed" || steps.has(name));
  },
  read(record, turns) {
    if (eventName(record) !== "task_completed") return reject("task_step", turns);
    const parsed = parseQuickly(record, isTaskRecord, taskShape);
    if (parsed === null) return rejectBad("malformed_task", turns);
    const { status, task, task_id, total_iterations, timestamp } = parsed;
    const iterations = Math.max(0, Math.trunc(task.iteration ?? total_iterations ?? 0));
    return draftOf(
      {
        patternId: `task_${task_id ?? task.task_id ?? ""}`,
        kind: "task_completion",
        prompt: task.prompt,
        response: task.output ?? "",
        backend: task.backend ?? "",
        iterations,
        timestamp: isoTime(timestamp),
        successMetrics: { iterations, efficiency: 1 / Math.max(iterations, 1) },
        feedback: verdictIn(record),
        ending: {
          ...unknownEnding,
          said: isDone(status, parsed.completion_reason) && !saysFailed(record) ? "success" : "failed",
          error: errorIn(record),
        },
      },
      turns,
    );
  },
};
