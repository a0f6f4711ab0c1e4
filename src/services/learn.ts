import { Failure } from "../engine/errors.ts";
import type { Action, Given } from "./action.ts";
import { wholeNumber } from "./whole-number.ts";

// What asks for the list is of no use to the learner, and the other way round; neither is silently left undone.
function refuseMixed(given: Given): void {
  const asked = (names: readonly string[]) => names.filter((name) => given.flag(name) || given.list(name).length > 0);
  const refuse = (why: string, hint: string) => {
    throw new Failure("usage", { what: "Nothing was done", why, hint: `Type: aistack learn ${hint}` });
  };
  if (given.flag("rejected")) {
    const [other] = asked(["replay", "once", "source", "rebuild-vectors"]);
    if (other !== undefined) refuse(`--rejected only lists, and does not go together with --${other}`, "--rejected");
  } else if (given.text("limit") !== null)
    refuse("--limit goes together with --rejected alone", "--rejected --limit 20");
  if (given.flag("replay")) {
    const [other] = asked(["source", "rebuild-vectors"]);
    if (other !== undefined) refuse(`--replay does not go together with --${other}`, "--replay");
  }
}

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
    { name: "limit", type: "number", sentence: "Most bad lines and refused lessons listed, 100 when not given" },
    { name: "rebuild-vectors", type: "boolean", sentence: "Make all vectors anew, after the embedding model changed" },
  ],
  reads: false,
  async run(stack, given, { signal }) {
    refuseMixed(given);
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
