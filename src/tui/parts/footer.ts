import { clean } from "../clean.ts";
import type { ScreenCommand } from "../command-table.ts";
import type { Facts } from "../facts.ts";
import { keyOf } from "../keys.ts";
import { type Line, type Span, span } from "../line.ts";
import type { Pane } from "../pane.ts";
import { windowOf } from "../prompt.ts";
import type { Message, Prompt } from "../screen.ts";
import type { Signs } from "../signs.ts";
import { widthOf, wrapWords } from "../width.ts";

function shortOf(command: string, commands: readonly ScreenCommand[]): string {
  const own = commands.find(({ name }) => name === command);
  const words = command
    .split(" ")
    .flatMap((word) => (word === "{name}" || word === "--" ? [] : [word.replace(/^--/, "")]));
  return own?.short ?? (command.includes(" -- ") ? words[1] : words.at(-1)) ?? command;
}

function isAction(command: string, { actions }: Facts): boolean {
  return actions.some(({ name }) => command === name || command.startsWith(`${name} `));
}

/** The keys that matter in a pane, as many as there is room for. */
export function hintLine(pane: Pane, facts: Facts, columns: number): Line {
  const { keys, commands, readOnly, actions } = facts;
  const writes = (command: string) => actions.find(({ name }) => command.startsWith(name))?.reads === false;
  const own = pane.keys.map(({ command }) => command).filter((command) => !readOnly || !writes(command));
  const everywhere = keys.filter(({ pane: at, command }) => at === undefined && isAction(command, facts));
  const hint = (command: string): Span[] => {
    const key = keyOf(keys, pane.name, command);
    return key === "" ? [] : [span(key, "key"), span(` ${shortOf(command, commands)}   `, "dim")];
  };
  const width = (spans: readonly Span[]) => spans.reduce((sum, { text }) => sum + widthOf(text), 0);
  // Where the rest is found is always said, however little room there is.
  const always = ["palette", "help"];
  const end = always.flatMap(hint);
  const others = new Set([...everywhere.map(({ command }) => command), ...own, ...pane.footer]);
  for (const command of always) others.delete(command);
  const spans: Span[] = [span(" ")];
  for (const command of others) {
    const next = hint(command);
    if (width(spans) + width(next) + width(end) > columns) break;
    spans.push(...next);
  }
  return [...spans, ...end];
}

const messageRows = 5;

/** A word to the user, on as many rows as it needs, so that its end, which says what to type, is seen. */
export function messageLines({ text, level }: Message, columns: number, signs: Signs): Line[] {
  const front = span(` ${signs[level]} `, level === "unknown" ? "dim" : level);
  const rows = wrapWords(clean(text), Math.max(1, columns - 4)).slice(0, messageRows);
  return rows.map((row, at) => [at === 0 ? front : span("   "), span(row)]);
}

const leads: Readonly<Record<Prompt["kind"], string>> = { command: ":", filter: "/", search: "search ", input: "" };

/** What is being typed, with the cursor drawn where it is. */
export function promptLine(prompt: Prompt, columns: number): Line {
  const lead = prompt.kind === "input" ? `${prompt.asks?.name ?? ""}: ` : leads[prompt.kind];
  const [head, cursor, tail] = windowOf(prompt, Math.max(10, columns - widthOf(lead) - 4));
  return [span(` ${lead}`, "key"), span(head), span(cursor || " ", "chosen"), span(tail)];
}
