import type { LogEntry } from "../services/observe/log-book.ts";
import { actionOf, type Outcome, runCustom, runLine, say } from "./actions.ts";
import type { Facts } from "./facts.ts";
import { mark, move, settle, targets } from "./list.ts";
import { logCommand } from "./log-commands.ts";
import { logDetails } from "./log-line.ts";
import { bottomOf } from "./log-select.ts";
import { paneNamed, panes } from "./pane-table.ts";
import { listOf, type Screen, withList } from "./screen.ts";
import { nextTheme } from "./theme.ts";

const moves: ReadonlySet<string> = new Set(["row up", "row down", "page up", "page down", "first", "last"]);

function only(screen: Screen): Outcome {
  return { screen, deeds: [] };
}

function go(screen: Screen, pane: string): Outcome {
  return only({ ...screen, pane, message: null });
}

function turn(screen: Screen, step: 1 | -1): Outcome {
  const at = panes.findIndex(({ name }) => name === screen.pane);
  return go(screen, panes[(at + step + panes.length) % panes.length]?.name ?? screen.pane);
}

function back(screen: Screen): Outcome {
  const list = listOf(screen, screen.pane);
  if (screen.message !== null) return only({ ...screen, message: null });
  if (screen.pane === "logs") return only({ ...screen, log: { ...screen.log, filter: "", search: "", hit: null } });
  if (list.filter !== "" || list.marks.size > 0)
    return only(withList(screen, screen.pane, { filter: "", marks: new Set() }));
  return go(screen, "overview");
}

function attend(screen: Screen, { view }: Facts): Outcome {
  const { attention } = view;
  if (attention === null) return say(screen, "Nothing needs attention", "good");
  return only(
    withList({ ...screen, pane: attention.pane, message: null }, attention.pane, { id: attention.item, filter: "" }),
  );
}

// What changes something and is under way would end with the console: that is asked about.
function quit(screen: Screen, { actions }: Facts): Outcome {
  const cut = screen.running.find((line) => actionOf(line, actions)?.reads === false);
  if (cut === undefined) return { screen, deeds: [{ do: "quit" }] };
  const losing = `${cut} is under way, and leaving now ends it halfway. Typed again, it goes on from there.`;
  return only({ ...screen, dialog: { kind: "quit", title: "quit", losing } });
}

function ask(screen: Screen, kind: "command" | "filter"): Outcome {
  const text =
    kind === "command" ? "" : screen.pane === "logs" ? screen.log.filter : listOf(screen, screen.pane).filter;
  const prompt = { kind, text, at: text.length, before: text, chosen: -1, back: 0, asks: null } as const;
  return only({ ...screen, prompt, message: null });
}

// In the logs keys act on the line that the search found, or else the one at the bottom.
function lineAt({ log }: Screen, { lines }: Facts): LogEntry | undefined {
  return lines[log.hit === null ? bottomOf(lines, log) : lines.findIndex(({ id }) => id === log.hit)] ?? lines.at(-1);
}

function openLine(screen: Screen, facts: Facts): Outcome {
  const entry = lineAt(screen, facts);
  if (entry === undefined) return say(screen, "No line to show");
  return only({ ...screen, dialog: { kind: "text", title: entry.service, text: logDetails(entry), top: 0 } });
}

function open(screen: Screen, facts: Facts): Outcome {
  if (screen.pane === "logs") return openLine(screen, facts);
  const { details } = paneNamed(screen.pane);
  const { id } = settle(listOf(screen, screen.pane), facts.items, facts.size.rows);
  const text = id === "" ? "" : (details?.(facts.view, id) ?? "");
  return text === "" ? only(screen) : only({ ...screen, dialog: { kind: "text", title: id, text, top: 0 } });
}

function copy(screen: Screen, facts: Facts): Outcome {
  if (screen.pane === "logs") {
    const entry = lineAt(screen, facts);
    return entry === undefined ? say(screen, "No line to copy") : { screen, deeds: [{ do: "copy", text: entry.text }] };
  }
  const { marks, ...list } = listOf(screen, screen.pane);
  const at = settle({ ...list, marks }, facts.items, facts.size.rows).id;
  const chosen = facts.items.filter(({ id }) => (marks.size > 0 ? marks.has(id) : id === at));
  if (chosen.length === 0) return say(screen, "No row to copy");
  return { screen, deeds: [{ do: "copy", text: chosen.map(({ text }) => text).join("\n") }] };
}

function scrollHelp(screen: Screen, command: string, { helpRows, size }: Facts): Outcome {
  const { top } = listOf(screen, "help");
  const page = Math.max(1, size.rows - 1);
  const steps: Readonly<Record<string, number>> = {
    "row up": -1,
    "row down": 1,
    "page up": -page,
    "page down": page,
    first: -top,
    last: helpRows,
  };
  const next = Math.max(0, Math.min(top + (steps[command] ?? 0), helpRows - size.rows));
  return only(withList(screen, "help", { top: next }));
}

function moveIn(screen: Screen, command: string, facts: Facts): Outcome {
  if (screen.pane === "help") return scrollHelp(screen, command, facts);
  const list = move(listOf(screen, screen.pane), command, facts.items, facts.size.rows);
  return only(withList(screen, screen.pane, list));
}

/** Does what a command says, whoever gave it: a key, the palette, or a dialog. */
export function perform(screen: Screen, command: string, facts: Facts): Outcome {
  if (screen.pane === "logs") {
    const outcome = logCommand(screen, command, facts);
    if (outcome !== null) return outcome;
  }
  if (moves.has(command)) return moveIn(screen, command, facts);
  switch (command) {
    case "quit":
      return quit(screen, facts);
    case "suspend":
      return { screen, deeds: [{ do: "suspend" }] };
    case "redraw":
      return { screen, deeds: [{ do: "redraw" }] };
    case "help":
      return go(screen, "help");
    case "palette":
      return ask(screen, "command");
    case "filter":
      if (paneNamed(screen.pane).items === undefined && screen.pane !== "logs")
        return say(screen, "There is no list to narrow here");
      return ask(screen, "filter");
    case "back":
      return back(screen);
    case "attend":
      return attend(screen, facts);
    case "next pane":
      return turn(screen, 1);
    case "previous pane":
      return turn(screen, -1);
    case "theme":
      return say({ ...screen, theme: nextTheme(screen.theme) }, `Theme ${nextTheme(screen.theme)}`, "good");
    case "open":
      return open(screen, facts);
    case "copy":
      return copy(screen, facts);
    case "mark":
      return only(withList(screen, screen.pane, mark(listOf(screen, screen.pane), facts.items, facts.size.rows)));
    default:
      return performOther(screen, command, facts);
  }
}

// Only the marked services are heard, or the chosen one; the others come back with "log only".
function logsOf(screen: Screen, facts: Facts): Outcome {
  const alone = targets(listOf(screen, screen.pane), facts.items, facts.size.rows);
  const [source] = alone;
  if (source === undefined) return say(screen, "No row is chosen");
  const log = { ...screen.log, source, alone, muted: new Set<string>(), bottom: null, hit: null };
  return go({ ...screen, log }, "logs");
}

function performOther(screen: Screen, command: string, facts: Facts): Outcome {
  if (command.startsWith("go ")) return go(screen, paneNamed(command.slice(3)).name);
  if (command === "logs of {name}") return logsOf(screen, facts);
  if (command.startsWith("log ")) return perform({ ...screen, pane: "logs" }, command, facts);
  const own = facts.custom.find(({ name }) => name === command);
  return own ? runCustom(screen, own, {}, facts) : runLine(screen, command, facts);
}
