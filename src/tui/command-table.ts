/** One thing the screen itself can do; actions of the program are run by their own names. */
export interface ScreenCommand {
  readonly name: string;
  readonly sentence: string;
  /** A word or two for the footer. */
  readonly short: string;
  /** The pane it belongs to; none for all of them. */
  readonly pane?: string;
}

const everywhere: readonly ScreenCommand[] = [
  { name: "quit", short: "quit", sentence: "Leave the console; what keeps running is said" },
  { name: "help", short: "help", sentence: "Show every key and command" },
  { name: "palette", short: "command", sentence: "Type a command; the list narrows as you type" },
  { name: "filter", short: "filter", sentence: "Narrow the list to a regular expression; ! in front means all others" },
  { name: "back", short: "back", sentence: "Close what is open, or clear filter and marks" },
  { name: "attend", short: "look", sentence: "Go to the one thing that needs attention" },
  { name: "next pane", short: "next pane", sentence: "Go to the next pane" },
  { name: "previous pane", short: "previous pane", sentence: "Go to the previous pane" },
  { name: "row up", short: "up", sentence: "Up one row" },
  { name: "row down", short: "down", sentence: "Down one row" },
  { name: "page up", short: "page up", sentence: "Up one page" },
  { name: "page down", short: "page down", sentence: "Down one page" },
  { name: "first", short: "first", sentence: "To the first row" },
  { name: "last", short: "last", sentence: "To the last row; in logs this follows again" },
  { name: "mark", short: "mark", sentence: "Mark the row, so that the next command acts on all marked ones" },
  { name: "open", short: "details", sentence: "Show everything known about the row; in logs the whole line" },
  { name: "copy", short: "copy", sentence: "Copy the row or line to the clipboard of your terminal (OSC 52)" },
  {
    name: "logs of {name}",
    short: "logs",
    sentence: "Show the logs of the chosen service alone, or of all that are marked",
    pane: "services",
  },
  { name: "theme", short: "theme", sentence: "Take the next theme" },
  { name: "redraw", short: "redraw", sentence: "Draw the whole screen anew" },
  { name: "suspend", short: "suspend", sentence: "Back to the shell; fg returns here" },
];

const logs: readonly ScreenCommand[] = [
  { name: "log search", short: "search", sentence: "Search the lines; n and N go on" },
  { name: "log next", short: "next", sentence: "To the next match" },
  { name: "log previous", short: "previous", sentence: "To the previous match" },
  { name: "log source", short: "service", sentence: "Choose the next service" },
  { name: "log source back", short: "service", sentence: "Choose the previous service" },
  { name: "log mute", short: "mute", sentence: "Hide or show the chosen service" },
  {
    name: "log only",
    short: "only this",
    sentence: "Show the chosen service alone, or all again; left and right then go on to the next",
  },
  { name: "log level", short: "level", sentence: "Least level shown: debug, info, warn, error" },
  { name: "log since", short: "since", sentence: "Only the last 1, 5, 15 or 60 minutes, or all" },
  { name: "log wrap", short: "wrap", sentence: "Wrap long lines or cut them" },
  { name: "log times", short: "times", sentence: "Show or hide the times" },
  { name: "log raw", short: "raw", sentence: "JSON as columns, or as it came" },
  { name: "log mark", short: "mark", sentence: "Draw a line below the newest line" },
  { name: "log clear", short: "clear", sentence: "Hide everything up to now" },
  { name: "log save", short: "save", sentence: "Save the shown lines to a file in the home" },
  { name: "log pager", short: "pager", sentence: "Open the shown lines in the pager" },
];

/** Every command of the screen; one per pane is added by the pane table. */
export const screenCommands: readonly ScreenCommand[] = [
  ...everywhere,
  ...logs.map((command) => ({ ...command, pane: "logs" })),
];
