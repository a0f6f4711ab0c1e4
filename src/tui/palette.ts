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

function everything(screen: Screen, { commands, actions: all, custom, keys, readOnly }: Facts): Choice[] {
  const actions = readOnly ? all.filter(({ reads }) => reads) : all;
  const own = new Set(commands.map(({ name }) => name));
  const paneActions = keys
    .filter(({ pane, command }) => pane === screen.pane && actionOf(command, actions) !== null && !own.has(command))
    .map(({ command }) => ({ line: command, usage: "", sentence: actionOf(command, actions)?.sentence ?? "" }));
  return [
    ...paneActions,
    ...custom
      .filter(({ scope }) => scope === undefined || scope === screen.pane)
      .filter(({ run, dangerous }) => !readOnly || (dangerous !== true && actionOf(run.join(" "), actions) !== null))
      .map(({ name, sentence }) => ({ line: name, usage: "", sentence })),
    ...actions.map(({ name, usage, sentence }) => ({ line: name, usage, sentence })),
    ...commands
      .filter(({ pane }) => pane === undefined || pane === screen.pane)
      .map(({ name, sentence }) => ({ line: name, usage: "", sentence })),
  ];
}

// Behind the words of an action come the names it may be given.
function further(text: string, { actions, view }: Facts): Choice[] {
  const action = actionOf(text, actions);
  if (action === null || !text.startsWith(`${action.name} `)) return [];
  const at = text.lastIndexOf(" ") + 1;
  const before = text.slice(0, at);
  const given = new Set(before.split(" "));
  const all =
    action.names === "service"
      ? view.services.list.map(({ name }) => name)
      : action.names === "breaker"
        ? (view.breakers ?? []).map(({ name }) => name)
        : [];
  const isFull = action.takesMany ? given.has("--") : before.trim() !== action.name;
  const offered = isFull ? [] : all.filter((name) => !given.has(name));
  const { usage, sentence } = action;
  return [
    ...fuzzyRank(
      text.slice(at),
      offered.filter((name) => name !== text.slice(at)),
      (name) => name,
    ).map((name) => ({
      line: `${before}${name}`,
      usage: "",
      sentence,
    })),
    { line: text.trimEnd(), usage: before.trim() === action.name ? usage : "", sentence },
  ];
}

/** What the palette offers for what was typed, best first; with nothing typed, what was run last comes first. */
export function choices(screen: Screen, prompt: Prompt, facts: Facts): readonly Choice[] {
  const all = everything(screen, facts);
  const more = further(prompt.text, facts);
  const own = new Set(more.map(({ line }) => line));
  const fitting = fuzzyRank(prompt.text, all, ({ line }) => line).filter(({ line }) => !own.has(line));
  if (prompt.text !== "") return [...more, ...fitting];
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
