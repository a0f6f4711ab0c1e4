import { Failure } from "../engine/errors.ts";
import type { Action } from "../services/action.ts";

/** Why the console cannot be opened here, and what to type instead. */
export function refusedTerminal(why: string, hint: string): Failure {
  return new Failure("usage", { what: "The console was not opened", why, hint });
}

/** The live console, as a command. */
export const tuiCommand: Action = {
  name: "tui",
  sentence: "Open the live console: services, learning, breakers and logs on one screen",
  args: [
    { name: "read-only", type: "boolean", sentence: "Refuse every action that changes something" },
    { name: "theme", type: "string", sentence: "Colours", choices: ["dark", "light", "high-contrast", "mono"] },
    { name: "ascii", type: "boolean", sentence: "Draw with ASCII alone" },
    { name: "screen-reader", type: "boolean", sentence: "Print plain lines for a screen reader" },
    { name: "demo", type: "boolean", sentence: "Show a demonstration on a temporary home, with faults to try" },
    { name: "speed", type: "number", sentence: "How fast the demonstration replays", fallback: 1 },
    { name: "pane", type: "string", sentence: "Pane to open first", fallback: "overview" },
  ],
  reads: true,
  async run() {
    throw refusedTerminal("standard input and output are no terminal", "Type: aistack status");
  },
};
