import { blank, line } from "../line.ts";
import type { Pane } from "../pane.ts";

/** Every key and command, made from the tables themselves. */
export const helpPane: Pane = {
  name: "help",
  title: "Help",
  key: "0",
  keys: [],
  footer: ["page down", "page up", "palette", "quit"],
  items: () => [],
  render(_view, size, { help, list }) {
    if (help.length === 0) return [blank, line("  no key and no command matches", "dim")];
    const top = Math.max(0, Math.min(list.top, help.length - size.rows));
    return help.slice(top, top + size.rows);
  },
};
