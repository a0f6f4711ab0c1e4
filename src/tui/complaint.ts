import { actionOf } from "./actions.ts";
import type { ActionRow, CustomCommand } from "./facts.ts";
import { withoutCommand } from "./keys.ts";
import { allScreenCommands, panes } from "./pane-table.ts";

/** What a screen was asked for that can be wrong. */
export interface Wishes {
  readonly keys: readonly string[];
  readonly actions: readonly ActionRow[];
  readonly custom: readonly CustomCommand[];
}

/** What of the user's wishes cannot be had, in one sentence that is said as the screen opens; empty when all can. */
export function complaintOf({ keys, actions, custom }: Wishes): string {
  const known = new Set([...allScreenCommands, ...custom].map(({ name }) => name));
  const isCommand = (command: string) => known.has(command) || actionOf(command, actions) !== null;
  const [key] = withoutCommand(keys, isCommand);
  if (key !== undefined) return `tui.keys: there is no command for ${key}; ? lists them`;
  for (const { name, run, scope } of custom) {
    if (actionOf(run.join(" "), actions) === null) {
      return `tui.commands: ${name} runs ${run.join(" ")}, and there is no such action; ? lists them`;
    }
    if (scope !== undefined && !panes.some((pane) => pane.name === scope)) {
      return `tui.commands: ${name} is for the pane ${scope}, and there is none; there are ${panes.map((pane) => pane.name).join(", ")}`;
    }
  }
  return "";
}
