import type { Action } from "./action.ts";
import { wholeNumber } from "./whole-number.ts";

/** Follow telemetry and learn from it. */
export const learnAction: Action = {
  name: "learn",
  sentence: "Follow telemetry and turn successful work into lessons",
  args: [
    { name: "once", type: "boolean", sentence: "Take everything there is, then end" },
    { name: "source", type: "list", sentence: "Read this file or glob instead of the configured sources" },
    {
      name: "rejected",
      type: "boolean",
      sentence: "List the bad lines by address and reason, and the lessons that a sink refused",
    },
    {
      name: "replay",
      type: "boolean",
      sentence: "Read the bad lines again and learn from those that are good now; offer refused lessons again",
    },
    { name: "limit", type: "number", sentence: "Most bad lines and refused lessons listed", fallback: 100 },
    { name: "rebuild-vectors", type: "boolean", sentence: "Make all vectors anew, after the embedding model changed" },
  ],
  reads: false,
  async run(stack, given, { signal }) {
    if (given.flag("rejected")) {
      const { listRejected } = await import("./rejected.ts");
      return listRejected(stack, wholeNumber(given, "limit", 100));
    }
    const run = {
      once: given.flag("once"),
      sources: given.list("source"),
      replay: given.flag("replay"),
      rebuildVectors: given.flag("rebuild-vectors"),
    };
    const { learn } = await import("./learning.ts");
    return learn(stack, run, signal);
  },
};
