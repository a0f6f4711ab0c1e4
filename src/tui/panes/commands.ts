import type { CommandView, View } from "../../services/observe/view.ts";
import { clock, took } from "../format.ts";
import { blank, line, span } from "../line.ts";
import type { Item } from "../list.ts";
import type { Pane } from "../pane.ts";
import { table } from "../parts/table.ts";

interface RunItem extends Item {
  readonly run: CommandView;
}

function itemsOf(view: View): readonly RunItem[] {
  return view.commands.map((run) => ({ id: String(run.id), text: run.typed, run })).toReversed();
}

function endOf({ exitCode, elapsedMs }: CommandView): { text: string; tone: "good" | "bad" | "dim" } {
  if (elapsedMs === null) return { text: "running", tone: "dim" };
  return exitCode === 0 ? { text: "0", tone: "good" } : { text: String(exitCode ?? "killed"), tone: "bad" };
}

/** Every command that was run for you, as it could be typed; those that only look are dim. */
export const commandsPane: Pane = {
  name: "commands",
  title: "Runs",
  key: "8",
  keys: [],
  footer: ["open", "copy", "filter", "palette", "help"],
  items: itemsOf,
  details(view, id) {
    const run = view.commands.find((one) => String(one.id) === id);
    if (run === undefined) return "";
    const { startedAt, elapsedMs, exitCode } = run;
    const end =
      elapsedMs === null ? "it is still running" : `it ended with ${exitCode ?? "a signal"} after ${took(elapsedMs)}`;
    return `${startedAt}  ${end}\n\n${run.typed}`;
  },
  render(view, size, state) {
    const shown = new Set(state.items.map(({ id }) => id));
    const items = itemsOf(view).filter(({ id }) => shown.has(id));
    if (items.length === 0) return [blank, line("  no command was run yet", "dim")];
    return table<RunItem>(
      [
        { title: "time", width: 8, cell: ({ run }) => span(clock(run.startedAt), "dim") },
        { title: "took", width: 7, align: "right", cell: ({ run }) => span(took(run.elapsedMs)) },
        { title: "exit", width: 7, cell: ({ run }) => span(endOf(run).text, endOf(run).tone) },
        { title: "command", width: "rest", cell: ({ run }) => span(run.typed, run.looks ? "dim" : "plain") },
      ],
      items,
      size,
      state,
    );
  },
};
