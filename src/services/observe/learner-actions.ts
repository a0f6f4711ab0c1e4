import type { Action } from "../action.ts";
import type { LearnerLife } from "./learner-life.ts";

/** Starting and stopping the learner inside this process. */
export function learnerActions(learner: LearnerLife): readonly Action[] {
  return [
    {
      name: "learner start",
      sentence: "Start the learner in this console, if nobody else learns here",
      args: [],
      reads: false,
      async run() {
        await learner.start();
        return { learner: learner.running ? "runs in this console" : "was not started; the learning pane says why" };
      },
    },
    {
      name: "learner stop",
      sentence: "Stop the learner of this console; nothing is lost, the logs keep what comes",
      args: [],
      reads: false,
      async run() {
        const was = learner.running;
        await learner.stop();
        return { learner: was ? "stopped" : "did not run in this console" };
      },
    },
  ];
}
