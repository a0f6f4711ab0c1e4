/** An event of our own producers, and what it must carry to teach. */
export interface Need {
  /** The names of the event, in `event` or `event_type`. */
  readonly events: readonly string[];
  /** Its fields; those of an object in it have a dot in their names. */
  readonly fields: readonly string[];
  /** What else must be so. */
  readonly rule: string;
}

/** Every event that can teach, with what it needs for that. */
export const needs: readonly Need[] = [
  {
    events: ["task_completed"],
    fields: ["status", "task.prompt", "task.output"],
    rule: "status is completed or success, and task.iteration is at most 5",
  },
  { events: ["error_resolution"], fields: ["error_id", "error_description", "solution"], rule: "" },
  {
    events: ["agent_step_complete", "local_inference"],
    fields: ["query", "response", "latency_ms"],
    rule: "latency_ms is above 0, and success is not false",
  },
  { events: ["interaction_tracked"], fields: ["query", "response", "outcome"], rule: "outcome is success" },
  {
    events: ["completion", "refactoring"],
    fields: ["metadata.prompt", "metadata.response"],
    rule: "success is not false",
  },
];

/** What holds for each of them. */
export const needsOfAll = "A question has more than 20 characters, its answer more than 10.";
