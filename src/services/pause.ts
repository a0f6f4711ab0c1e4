import { makeDirectory } from "../engine/disk.ts";
import { pauseLearning, readUserPause, resumeLearning } from "../engine/user-pause.ts";
import type { Action } from "./action.ts";
import { lookAtHold } from "./hold.ts";

/** The user's own pause: learning takes nothing until it is resumed, over restarts. */
export const pauseActions: readonly Action[] = [
  {
    name: "pause",
    sentence: "Stop learning until it is resumed; nothing is lost, the logs keep what comes",
    args: [{ name: "why", type: "list", sentence: "Why, shown in the status", positional: true }],
    reads: false,
    async run(stack, given) {
      const { home } = stack.config;
      await makeDirectory(home);
      const paused = await pauseLearning(home, given.list("why").join(" "));
      return { paused, engine: lookAtHold(home), hint: "Type: aistack resume" };
    },
  },
  {
    name: "resume",
    sentence: "Go on learning after a pause",
    args: [],
    reads: false,
    async run(stack) {
      const { home } = stack.config;
      const was = readUserPause(home);
      if (was !== null) await resumeLearning(home);
      return { resumed: was !== null, was, engine: lookAtHold(home) };
    },
  },
];
