import type { View } from "../../services/observe/view.ts";
import type { CommandRun } from "../../services/supervisor/state.ts";
import { clock, took } from "../format.ts";
import { blank, line, span } from "../line.ts";
import type { Item } from "../list.ts";
import type { Pane } from "../pane.ts";
import { table } from "../parts/table.ts";

interface RunItem extends Item {
  readonly run: CommandRun;
}

function typed({ argv }: CommandRun): string {
  return ["podman", ...argv]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

// A run is told apart by when it began and what it is, so that the cursor stays on it when older ones go.
function itemsOf(view: View): readonly RunItem[] {
  return view.commands.map((run) => ({ id: `${run.startedAt} ${typed(run)}`, text: typed(run), run })).toReversed();
}

function endOf({ exitCode, elapsedMs }: CommandRun): { text: string; tone: "good" | "bad" | "dim" } {
  if (elapsedMs === null) return { text: "running", tone: "dim" };
  return exitCode === 0 ? { text: "0", tone: "good" } : { text: String(exitCode ?? "killed"), tone: "bad" };
}

/** Every command that was run for you, as it could be typed into a shell. */
export const commandsPane: Pane = {
  name: "commands",
  title: "Runs",
  key: "8",
  keys: [],
  footer: ["open", "copy", "filter", "palette", "help"],
  items: itemsOf,
  details(view, id) {
    const found = itemsOf(view).find((item) => item.id === id);
    if (found === undefined) return "";
    const { startedAt, elapsedMs, exitCode } = found.run;
    const end =
      elapsedMs === null ? "it is still running" : `it ended with ${exitCode ?? "a signal"} after ${took(elapsedMs)}`;
    return `${startedAt}  ${end}\n\n${found.text}`;
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
        { title: "command", width: "rest", cell: ({ run }) => span(typed(run), run.asked === true ? "plain" : "dim") },
      ],
      items,
      size,
      state,
    );
  },
};
