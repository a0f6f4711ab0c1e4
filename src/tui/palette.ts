import { actionOf } from "./actions.ts";
import type { Facts } from "./facts.ts";
import { fuzzyRank } from "./fuzzy.ts";
import type { Prompt, Screen } from "./screen.ts";

/** One line of the palette. */
export interface Choice {
  readonly line: string;
  readonly usage: string;
  readonly sentence: string;
}

function everything(screen: Screen, { commands, actions, custom, keys }: Facts): Choice[] {
  const paneActions = keys
    .filter(({ pane, command }) => pane === screen.pane && actionOf(command, actions) !== null)
    .map(({ command }) => ({ line: command, usage: "", sentence: actionOf(command, actions)?.sentence ?? "" }));
  return [
    ...paneActions,
    ...custom
      .filter(({ scope }) => scope === undefined || scope === screen.pane)
      .map(({ name, sentence }) => ({ line: name, usage: "", sentence })),
    ...actions.map(({ name, usage, sentence }) => ({ line: name, usage, sentence })),
    ...commands
      .filter(({ pane }) => pane === undefined || pane === screen.pane)
      .map(({ name, sentence }) => ({ line: name, usage: "", sentence })),
  ];
}

/** What the palette offers for what was typed, best first; with nothing typed, what was run last comes first. */
export function choices(screen: Screen, prompt: Prompt, facts: Facts): readonly Choice[] {
  const all = everything(screen, facts);
  if (prompt.text !== "") return fuzzyRank(prompt.text, all, ({ line }) => line);
  const recent = screen.history.toReversed().map((line) => ({ line, usage: "", sentence: "again" }));
  const known = new Set(recent.map(({ line }) => line));
  return [...recent, ...all.filter(({ line }) => !known.has(line))];
}

/** The line that Enter runs: the chosen row, what was typed where it is a whole command, or else the best match. */
export function chosenLine(screen: Screen, prompt: Prompt, facts: Facts): string {
  const typed = prompt.text.trim();
  const offered = choices(screen, prompt, facts);
  const chosen = offered[prompt.chosen];
  if (chosen) return chosen.line;
  const isWhole =
    actionOf(typed, facts.actions) !== null || everything(screen, facts).some(({ line }) => line === typed);
  return isWhole ? typed : (offered[0]?.line ?? typed);
}
