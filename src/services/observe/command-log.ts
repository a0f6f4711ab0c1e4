import type { CommandRun } from "../supervisor/state.ts";
import { typed } from "../supervisor/typed.ts";
import type { CommandView, View } from "./view.ts";

const kept = 300;
const looking: ReadonlySet<string> = new Set([
  "events",
  "healthcheck",
  "info",
  "inspect",
  "logs",
  "ps",
  "stats",
  "version",
]);

// What changed something is kept longest: it is what one comes back to ask for.
function withoutOldest(commands: readonly CommandView[]): readonly CommandView[] {
  const oldest = commands.findIndex(({ looks, elapsedMs }) => looks && elapsedMs !== null);
  return commands.toSpliced(Math.max(0, oldest), 1);
}

/** The snapshot with a command that began, or, when it is one that is there, has ended. */
export function foldRun(view: View, run: CommandRun): View {
  const at = view.commands.findLastIndex(({ argv, startedAt }) => argv === run.argv && startedAt === run.startedAt);
  const known = view.commands[at];
  if (known) return { ...view, commands: view.commands.with(at, { ...known, ...run }) };
  const commands = view.commands.length < kept ? view.commands : withoutOldest(view.commands);
  const id = (view.commands.at(-1)?.id ?? 0) + 1;
  const one = { ...run, id, typed: typed(run.argv), looks: looking.has(run.argv[0] ?? "") };
  return { ...view, commands: [...commands, one] };
}
