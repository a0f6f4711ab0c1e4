/** One key: what it does, and in which pane alone. */
export interface KeyRow {
  readonly key: string;
  /** A command of the screen, a custom command, or the words of an action; `{name}` stands for the chosen row. */
  readonly command: string;
  readonly pane?: string;
}

const everywhere: readonly KeyRow[] = [
  { key: "q", command: "quit" },
  { key: "ctrl+c", command: "quit" },
  { key: "?", command: "help" },
  { key: ":", command: "palette" },
  { key: "/", command: "filter" },
  { key: "esc", command: "back" },
  { key: "!", command: "attend" },
  { key: "tab", command: "next pane" },
  { key: "shift+tab", command: "previous pane" },
  { key: "right", command: "next pane" },
  { key: "left", command: "previous pane" },
  { key: "up", command: "row up" },
  { key: "down", command: "row down" },
  { key: "k", command: "row up" },
  { key: "j", command: "row down" },
  { key: "pageup", command: "page up" },
  { key: "pagedown", command: "page down" },
  { key: "ctrl+u", command: "page up" },
  { key: "ctrl+d", command: "page down" },
  { key: "home", command: "first" },
  { key: "end", command: "last" },
  { key: "g", command: "first" },
  { key: "G", command: "last" },
  { key: "space", command: "mark" },
  { key: "enter", command: "open" },
  { key: "y", command: "copy" },
  { key: "T", command: "theme" },
  { key: "ctrl+l", command: "redraw" },
  { key: "ctrl+z", command: "suspend" },
];

const logs: readonly KeyRow[] = [
  { key: "s", command: "log search" },
  { key: "n", command: "log next" },
  { key: "N", command: "log previous" },
  { key: "right", command: "log source" },
  { key: "left", command: "log source back" },
  { key: "m", command: "log mute" },
  { key: "o", command: "log only" },
  { key: "v", command: "log level" },
  { key: "d", command: "log since" },
  { key: "w", command: "log wrap" },
  { key: "t", command: "log times" },
  { key: "r", command: "log raw" },
  { key: "space", command: "log mark" },
  { key: "x", command: "log clear" },
  { key: "S", command: "log save" },
  { key: "P", command: "log pager" },
];

/** The keys as they are delivered. */
export const defaultKeys: readonly KeyRow[] = [...everywhere, ...logs.map((row) => ({ ...row, pane: "logs" }))];

/** The keys with those the user has given another meaning, as `key=command`; `none` frees a key. */
export function bindKeys(rows: readonly KeyRow[], given: readonly string[]): readonly KeyRow[] {
  const own = given.flatMap((text) => {
    const at = text.lastIndexOf("=");
    return at < 1 ? [] : [{ key: text.slice(0, at), command: text.slice(at + 1) }];
  });
  const taken = new Set(own.map(({ key }) => key));
  return [...rows.filter(({ key }) => !taken.has(key)), ...own.filter(({ command }) => command !== "none")];
}

/** The given keys whose command there is not, as they were given. */
export function withoutCommand(given: readonly string[], isCommand: (command: string) => boolean): string[] {
  return bindKeys([], given).flatMap(({ key, command }) => (isCommand(command) ? [] : [`${key}=${command}`]));
}

/** What a key does in a pane; null when it does nothing there. */
export function commandOf(rows: readonly KeyRow[], pane: string, key: string): string | null {
  const own = rows.findLast((row) => row.key === key && row.pane === pane);
  return (own ?? rows.findLast((row) => row.key === key && row.pane === undefined))?.command ?? null;
}

/** The key to show for a command in a pane; an empty string when there is none. */
export function keyOf(rows: readonly KeyRow[], pane: string, command: string): string {
  const usable = rows.filter((row) => row.command === command && (row.pane === undefined || row.pane === pane));
  return usable.find(({ key }) => commandOf(rows, pane, key) === command)?.key ?? "";
}
