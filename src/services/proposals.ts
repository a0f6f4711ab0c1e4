import type { Action } from "./action.ts";

/** Shows what the engine suggests; nothing is ever applied by itself. */
export const proposalsAction: Action = {
  name: "proposals",
  sentence: "List what the engine suggests to change; all of it waits for a person",
  args: [],
  reads: true,
  async run(stack) {
    const rows = (await stack.look()).all("SELECT body, status FROM proposals ORDER BY hash");
    return {
      proposals: rows.map((row) => {
        const body: unknown = JSON.parse(String(row.body));
        return { ...(typeof body === "object" ? body : {}), status: row.status };
      }),
    };
  },
};
