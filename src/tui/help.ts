import type { Facts } from "./facts.ts";
import { blank, type Line, span } from "./line.ts";
import { panes } from "./pane-table.ts";
import { pad } from "./width.ts";

function keysOf(command: string, pane: string | undefined, { keys }: Facts): string {
  return keys
    .filter((row) => row.command === command && row.pane === pane)
    .map(({ key }) => key)
    .join(" ");
}

function row(keys: string, name: string, sentence: string): Line {
  return [span(`  ${pad(keys, 16, "")}`, "key"), span(pad(name, 26, "")), span(`  ${sentence}`, "dim")];
}

/** The help, made from the tables of keys, commands and actions. */
export function helpLines(facts: Facts): Line[] {
  const { commands, actions, custom, keys } = facts;
  const section = (title: string, rows: readonly Line[]): Line[] =>
    rows.length === 0 ? [] : [[span(` ${title}`, "title")], ...rows, blank];
  const general = commands
    .filter(({ pane }) => pane === undefined)
    .map(({ name, sentence }) => row(keysOf(name, undefined, facts), name, sentence));
  const own = panes.flatMap(({ name, title }) => {
    const screen = commands.filter(({ pane }) => pane === name);
    const known = new Set(screen.map((command) => command.name));
    const others = keys.filter(({ pane, command }) => pane === name && !known.has(command));
    return section(`In ${title.toLowerCase()}`, [
      ...screen.map((command) => row(keysOf(command.name, name, facts), command.name, command.sentence)),
      ...others.map(({ key, command }) => {
        const action = actions.find((one) => command.startsWith(one.name));
        const sentence = action?.sentence ?? commands.find((one) => one.name === command)?.sentence ?? "";
        return row(key, command, sentence);
      }),
    ]);
  });
  return [
    ...section("Everywhere", general),
    ...own,
    ...section(
      "Commands of your own",
      custom.map(({ name, sentence, key }) => row(key ?? "", name, sentence)),
    ),
    ...section(
      "Actions, for the palette",
      actions.map(({ name, sentence, usage }) => row("", `${name} ${usage}`, sentence)),
    ),
  ];
}
