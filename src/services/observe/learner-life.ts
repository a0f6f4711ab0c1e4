import type { Config } from "../../engine/config.ts";
import { adviceOf } from "../../engine/errors.ts";
import { type Hold, lookAtHold, takeHold } from "../hold.ts";
import { runLearner } from "../learner.ts";
import { type EmitAll, openStack, type Stack } from "../stack.ts";
import type { LearnerView } from "./view.ts";

// States: resting → running (start, when nobody else learns here) → resting (stop, or it failed).

/** A learner inside this process, if nobody else learns on the home. */
export interface LearnerLife {
  /** Starts it, or says who learns here instead. */
  start(): Promise<void>;
  /** Asks it to come to a safe end and waits for that. */
  stop(): Promise<void>;
  /** Ends it wherever it is, as a crash would: what was not saved yet is taken again from the log. */
  cut(why: string): Promise<void>;
  readonly running: boolean;
}

/** What a learner's life is told to and asked of. */
export interface LearnerLifeOptions {
  readonly config: Config;
  readonly command: string;
  readonly emit: EmitAll;
  readonly say: (learner: Partial<LearnerView>) => void;
}

/** Opens the life of a learner; it rests until it is started. */
export function openLearnerLife({ config, command, emit, say }: LearnerLifeOptions): LearnerLife {
  let running: { readonly controller: AbortController; readonly stack: Stack; readonly ended: Promise<void> } | null =
    null;
  let cutWhy = "";

  const run = async (hold: Hold, stack: Stack, signal: AbortSignal) => {
    try {
      const store = await stack.openStore();
      await runLearner(stack, store, { once: false, sources: [], rebuildVectors: false, signal });
      say({ state: cutWhy === "" ? "stopped" : "failed", pid: null, why: cutWhy });
    } catch (error) {
      say({ state: "failed", pid: null, why: cutWhy === "" ? adviceOf(error) : cutWhy });
    } finally {
      cutWhy = "";
      await stack[Symbol.asyncDispose]();
      hold.close();
      running = null;
    }
  };

  return {
    async start() {
      if (running) return;
      const held = lookAtHold(config.home);
      if (held) {
        say({ state: "elsewhere", pid: held.pid, command: held.command, since: held.since, why: "" });
        return;
      }
      const stack = openStack(config, emit);
      try {
        await stack.openStore();
        const hold = takeHold(config.home, command);
        if ("pid" in hold) {
          await stack[Symbol.asyncDispose]();
          say({ state: "elsewhere", pid: hold.pid, command: hold.command, since: hold.since, why: "" });
          return;
        }
        const controller = new AbortController();
        say({ state: "here", pid: process.pid, command, since: new Date().toISOString(), why: "" });
        running = { controller, stack, ended: run(hold, stack, controller.signal) };
      } catch (error) {
        await stack[Symbol.asyncDispose]();
        say({ state: "failed", pid: null, why: adviceOf(error) });
      }
    },
    async stop() {
      if (!running) return;
      running.controller.abort();
      await running.ended;
    },
    async cut(why) {
      if (!running) return;
      cutWhy = why;
      const { stack, controller, ended } = running;
      await stack[Symbol.asyncDispose]();
      controller.abort();
      await ended;
    },
    get running() {
      return running !== null;
    },
  };
}
