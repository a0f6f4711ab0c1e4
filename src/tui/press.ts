import { type Outcome, runCustom, runOf } from "./actions.ts";
import { clean } from "./clean.ts";
import { dialogRoom, dialogRows } from "./dialog-rows.ts";
import type { Facts } from "./facts.ts";
import { commandOf } from "./keys.ts";
import { seek } from "./log-select.ts";
import { choices, chosenLine } from "./palette.ts";
import { perform } from "./perform.ts";
import { edit, withText } from "./prompt.ts";
import { type Dialog, type Prompt, type Screen, withList } from "./screen.ts";

const keptHistory = 100;

function only(screen: Screen): Outcome {
  return { screen, deeds: [] };
}

// A filter works while it is typed.
function live(screen: Screen, prompt: Prompt): Screen {
  const next = { ...screen, prompt };
  if (prompt.kind === "search") return { ...next, log: { ...next.log, search: prompt.text, hit: null } };
  if (prompt.kind !== "filter") return next;
  if (screen.pane === "logs") return { ...next, log: { ...next.log, filter: prompt.text } };
  return withList(next, screen.pane, { filter: prompt.text });
}

function enter(screen: Screen, prompt: Prompt, facts: Facts): Outcome {
  const closed = { ...screen, prompt: null };
  switch (prompt.kind) {
    case "filter":
      return only(closed);
    case "search": {
      const found = seek(facts.lines, { ...screen.log, hit: null, bottom: null }, -1);
      return only(found === null ? closed : { ...closed, log: found });
    }
    case "input": {
      const own = facts.custom.find(({ name }) => name === prompt.asks?.command);
      if (!own || prompt.asks === null) return only(closed);
      return runCustom(closed, own, { ...prompt.asks.given, [prompt.asks.name]: prompt.text }, facts);
    }
    default: {
      const line = chosenLine(screen, prompt, facts);
      if (line === "") return only(closed);
      const needs = facts.actions.find(({ name }) => name === line)?.needsWord === true;
      if (needs) return only({ ...screen, prompt: { ...prompt, text: `${line} `, at: line.length + 1, chosen: -1 } });
      const history = [...screen.history.filter((one) => one !== line), line].slice(-keptHistory);
      return perform({ ...closed, history }, line, facts);
    }
  }
}

function pressInPrompt(screen: Screen, prompt: Prompt, key: string, facts: Facts): Outcome {
  if (key === "esc" || key === "ctrl+c")
    return only({ ...live(screen, { ...prompt, text: prompt.before }), prompt: null });
  if (key === "enter") return enter(screen, prompt, facts);
  if (prompt.kind === "command") {
    const offered = choices(screen, prompt, facts);
    const step = key === "down" ? 1 : key === "up" ? -1 : 0;
    if (step !== 0) {
      const chosen = Math.max(-1, Math.min(offered.length - 1, prompt.chosen + step));
      return only({ ...screen, prompt: { ...prompt, chosen } });
    }
    if (key === "tab") {
      const text = offered[Math.max(0, prompt.chosen)]?.line ?? prompt.text;
      return only({ ...screen, prompt: { ...prompt, text: `${text} `, at: text.length + 1, chosen: -1 } });
    }
    if (key === "ctrl+p" || key === "ctrl+n") {
      const back = Math.max(0, Math.min(screen.history.length, prompt.back + (key === "ctrl+p" ? 1 : -1)));
      const text = screen.history.at(-back) ?? "";
      return only({
        ...screen,
        prompt: { ...prompt, back, text: back === 0 ? "" : text, at: back === 0 ? 0 : text.length },
      });
    }
  }
  const edited = edit(prompt, key);
  return edited === null ? only(screen) : only(live(screen, edited));
}

function pressInDialog(screen: Screen, dialog: Dialog, key: string, facts: Facts): Outcome {
  const closed = { ...screen, dialog: null };
  if (dialog.kind === "quit") {
    // Who presses ctrl+c again means it.
    if (key === "y" || key === "ctrl+c") return { screen: closed, deeds: [{ do: "quit" }] };
    return only(["n", "esc", "q"].includes(key) ? closed : screen);
  }
  if (dialog.kind === "confirm") {
    if (key === "y") return { screen: closed, deeds: runOf(dialog.line.split("\n")) };
    const isNo = key === "n" || key === "esc" || key === "q" || key === "ctrl+c";
    return only(isNo ? { ...closed, message: { text: "Nothing was done", level: "unknown" } } : screen);
  }
  const command = commandOf(facts.keys, screen.pane, key) ?? "";
  if (command === "copy") return { screen, deeds: [{ do: "copy", text: dialog.text }] };
  if (key === "P") return { screen, deeds: [{ do: "page", text: dialog.text }] };
  if (["quit", "back", "open"].includes(command)) return only(closed);
  const page = dialogRoom(facts.size);
  const last = Math.max(0, dialogRows(dialog, facts.size).length - page);
  const steps: Readonly<Record<string, number>> = {
    "row up": -1,
    "row down": 1,
    "page up": -page,
    "page down": page,
    first: -last,
    last,
  };
  const top = Math.max(0, Math.min(last, dialog.top + (steps[command] ?? 0)));
  return only({ ...screen, dialog: { ...dialog, top } });
}

/** The screen after one key. */
export function press(screen: Screen, key: string, facts: Facts): Outcome {
  if (screen.prompt !== null) return pressInPrompt(screen, screen.prompt, key, facts);
  if (screen.dialog !== null) return pressInDialog(screen, screen.dialog, key, facts);
  const command = commandOf(facts.keys, screen.pane, key);
  if (command === null) return only(screen.message === null ? screen : { ...screen, message: null });
  const keeps = command === "back" || command === "redraw";
  return perform(keeps ? screen : { ...screen, message: null }, command, facts);
}

/** The screen after a text was pasted: into what is being typed, and nowhere else. */
export function paste(screen: Screen, text: string): Outcome {
  if (screen.prompt === null) return only(screen);
  return only(live(screen, withText(screen.prompt, clean(text).slice(0, 1000))));
}
