import { actionOf } from "./actions.ts";
import type { Facts } from "./facts.ts";
import { blank, type Line, span } from "./line.ts";
import { panes } from "./pane-table.ts";
import { parsePattern } from "./pattern.ts";
import { pad, wrapWords } from "./width.ts";

function keysOf(command: string, pane: string | undefined, { keys }: Facts): string {
  return keys
    .filter((row) => row.command === command && row.pane === pane)
    .map(({ key }) => key)
    .join(" ");
}

const keyCells = 18;
const nameCells = 26;

function rowsOf(keys: string, name: string, sentence: string, columns: number): Line[] {
  const front = keyCells + nameCells + 2;
  const isLong = name.length > nameCells;
  const first = [span(pad(`  ${keys}`, keyCells, ""), "key"), span(isLong ? name : pad(name, nameCells, ""))];
  const below = wrapWords(sentence, Math.max(20, columns - front)).map((text) => span(`  ${text}`, "dim"));
  const indent = span(" ".repeat(front - 2));
  const [next, ...others] = below;
  if (isLong || next === undefined) return [first, ...below.map((text) => [indent, text])];
  return [[...first, next], ...others.map((text) => [indent, text])];
}

/** The help, made from the tables of keys, commands and actions. */
export function helpLines(facts: Facts): Line[] {
  const { commands, actions, custom, keys, size } = facts;
  const pattern = parsePattern(facts.helpFilter ?? "");
  const row = (shown: string, name: string, sentence: string) =>
    pattern?.matches(`${shown} ${name} ${sentence}`) === false ? [] : rowsOf(shown, name, sentence, size.columns);
  const section = (title: string, rows: readonly Line[]): Line[] =>
    rows.length === 0 ? [] : [[span(` ${title}`, "title")], ...rows, blank];
  const general = commands
    .filter(({ pane }) => pane === undefined)
    .flatMap(({ name, sentence }) => row(keysOf(name, undefined, facts), name, sentence));
  const named = new Set([...commands, ...custom].map(({ name }) => name));
  const everywhere = keys
    .filter(({ pane, command }) => pane === undefined && !named.has(command))
    .flatMap(({ key, command }) => row(key, command, actionOf(command, actions)?.sentence ?? ""));
  const own = panes.flatMap(({ name, title }) => {
    const screen = commands.filter(({ pane }) => pane === name);
    const known = new Set(screen.map((command) => command.name));
    const others = keys.filter(({ pane, command }) => pane === name && !known.has(command));
    return section(`In ${title.toLowerCase()}`, [
      ...screen.flatMap((command) => row(keysOf(command.name, name, facts), command.name, command.sentence)),
      ...others.flatMap(({ key, command }) => {
        const action = actionOf(command, actions);
        const sentence = action?.sentence ?? commands.find((one) => one.name === command)?.sentence ?? "";
        return row(key, command, sentence);
      }),
    ]);
  });
  return [
    ...section("Everywhere", [...general, ...everywhere]),
    ...own,
    ...section(
      "Commands of your own",
      custom.flatMap(({ name, sentence, key, scope }) =>
        row(key ?? "", name, scope === undefined ? sentence : `In ${scope}: ${sentence}`),
      ),
    ),
    ...section(
      "Actions, for the palette",
      actions.flatMap(({ name, sentence, usage }) => row("", `${name} ${usage}`, sentence)),
    ),
  ];
}
