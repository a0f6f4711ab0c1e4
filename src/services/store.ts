import { Failure } from "../engine/errors.ts";
import type { Action, Plain } from "./action.ts";
import type { Stack } from "./stack.ts";

async function storeStatus(stack: Stack): Promise<Plain> {
  const kind = stack.config.values["store.kind"];
  const started = performance.now();
  try {
    const store = await stack.seen();
    if (store === null) return { kind, reachable: true, started: false, hint: "Type: aistack learn --once" };
    const { tables, server } = await store.version();
    return {
      kind,
      place: store.place,
      reachable: true,
      started: true,
      tablesVersion: tables,
      server,
      answeredMs: Math.round(performance.now() - started),
      kept: await store.counts(),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, what, why, hint } = error;
    return { kind, reachable: false, code, what, why, hint };
  }
}

/** What can be done with the store itself. */
export const storeActions: readonly Action[] = [
  {
    name: "store status",
    sentence: "Show where lessons are kept, whether it answers, its versions and counts",
    args: [],
    reads: true,
    run: (stack) => storeStatus(stack),
  },
  {
    name: "store migrate",
    sentence: "Move everything to the other store, verified, and switch to it; can be stopped and typed again",
    args: [
      {
        name: "to",
        type: "string",
        sentence: "Where to move everything",
        choices: ["postgres", "embedded"],
        required: true,
      },
      { name: "dry-run", type: "boolean", sentence: "Say what would be done and change nothing" },
    ],
    reads: false,
    async run(stack, given, { signal }) {
      const { migrateStore } = await import("./migrate.ts");
      const to = given.text("to") === "postgres" ? "postgres" : "embedded";
      return migrateStore(stack, to, { dryRun: given.flag("dry-run"), signal });
    },
  },
];
