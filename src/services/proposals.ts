import type { Action } from "./action.ts";
import { lookAtWords } from "./older-rules.ts";

/** Shows what the engine suggests; nothing is ever applied by itself. */
export const proposalsAction: Action = {
  name: "proposals",
  sentence: "List what the engine suggests to change; all of it waits for a person",
  args: [],
  reads: true,
  async run(stack) {
    const rows = await (await lookAtWords(stack)).proposals();
    return {
      proposals: rows.map(({ body, status }) => {
        const proposal: unknown = JSON.parse(body);
        return { ...(typeof proposal === "object" ? proposal : {}), status };
      }),
    };
  },
};
