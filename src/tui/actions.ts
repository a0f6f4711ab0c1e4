import type { ActionRow, CustomCommand, Deed, Facts } from "./facts.ts";
import { targets } from "./list.ts";
import { lossOf } from "./loss.ts";
import { listOf, type Message, type Screen } from "./screen.ts";

/** The screen after a command, and what is asked of its owner. */
export interface Outcome {
  readonly screen: Screen;
  readonly deeds: readonly Deed[];
}

/** The screen with a word to the user. */
export function say(screen: Screen, text: string, level: Message["level"] = "warn"): Outcome {
  return { screen: { ...screen, message: { text, level } }, deeds: [] };
}

/** The deeds that run lines, one after the other. */
export function runOf([line = "", ...then]: readonly string[]): readonly Deed[] {
  return [{ do: "run", line, ...(then.length === 0 ? {} : { then }) }];
}

/** The action whose name a line begins with, the longest one. */
export function actionOf(line: string, actions: readonly ActionRow[]): ActionRow | null {
  return (
    actions
      .filter(({ name }) => line === name || line.startsWith(`${name} `))
      .toSorted((a, b) => b.name.length - a.name.length)[0] ?? null
  );
}

function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : JSON.stringify(word);
}

// One word of a custom command stays one word, whatever is in it or is put into it.
function wordOf(word: string, given: Readonly<Record<string, string>>): string {
  const filled = Object.entries(given).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), word);
  return filled === "{name}" ? filled : quoted(filled);
}

/** The lines a template stands for: one, or one for each chosen row. Null when it needs a row and there is none. */
export function linesOf(template: string, screen: Screen, facts: Facts, takesMany: boolean): string[] | null {
  if (!template.includes("{name}")) return [template];
  const names = targets(listOf(screen, screen.pane), facts.items, facts.size.rows).map(quoted);
  if (names.length === 0) return null;
  const fillIn = (name: string) => template.replaceAll("{name}", name);
  return takesMany ? [fillIn(names.join(" "))] : names.map(fillIn);
}

/** Runs an action by its words, after asking when something would be lost. */
export function runLine(screen: Screen, template: string, facts: Facts): Outcome {
  const action = actionOf(template, facts.actions);
  if (action === null) return say(screen, `There is no command ${template}; : lists them`);
  if (facts.readOnly && !action.reads) return say(screen, `Read-only: ${action.name} changes something`);
  const lines = linesOf(template, screen, facts, action.takesMany);
  if (lines === null) return say(screen, "No row is chosen");
  const [first = ""] = lines;
  const losses = lines.map((line) => lossOf(action, line));
  const losing = losses.find((one) => one.losing !== "")?.losing ?? "";
  if (losing !== "") {
    const line = losses.map((one) => one.line).join("\n");
    return { screen: { ...screen, dialog: { kind: "confirm", title: lines.join(", "), losing, line } }, deeds: [] };
  }
  const busy = `${first}${lines.length > 1 ? ` and ${lines.length - 1} more` : ""} …`;
  return {
    screen: { ...screen, message: { text: busy, level: "unknown" } },
    deeds: runOf(lines),
  };
}

/** Runs a command of the user's own: asks for its inputs, then for a yes where one is wanted. */
export function runCustom(
  screen: Screen,
  command: CustomCommand,
  given: Readonly<Record<string, string>>,
  facts: Facts,
): Outcome {
  if (command.scope !== undefined && command.scope !== screen.pane) {
    return say(screen, `${command.name} is for the pane ${command.scope}`);
  }
  const missing = command.inputs?.find((name) => given[name] === undefined);
  if (missing !== undefined) {
    const asks = { command: command.name, name: missing, given };
    const prompt = { kind: "input", text: "", at: 0, before: "", chosen: -1, back: 0, asks } as const;
    return { screen: { ...screen, prompt }, deeds: [] };
  }
  const line = command.run.map((word) => wordOf(word, given)).join(" ");
  const action = actionOf(line, facts.actions);
  if (action === null) return say(screen, `${command.name}: there is no action ${line}`);
  if (facts.readOnly && (!action.reads || command.dangerous === true)) {
    return say(screen, `Read-only: ${command.name} changes something`);
  }
  const asked = command.confirm ?? (command.dangerous === true ? "It was marked as dangerous." : "");
  if (asked === "") return runLine(screen, line, facts);
  const lines = linesOf(line, screen, facts, action.takesMany);
  if (lines === null) return say(screen, "No row is chosen");
  const losses = lines.map((line) => lossOf(action, line));
  const losing = [asked, losses.find((one) => one.losing !== "")?.losing ?? ""].filter((text) => text !== "").join(" ");
  const title = `${command.name}: ${lines.join(", ")}`;
  const run = losses.map((one) => one.line).join("\n");
  return { screen: { ...screen, dialog: { kind: "confirm", title, losing, line: run } }, deeds: [] };
}
