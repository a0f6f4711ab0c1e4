import type { Key } from "ink";

const named = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "esc"],
  ["backspace", "backspace"],
  ["delete", "delete"],
] as const;

/** The names of what was typed, as the key table knows them; several characters that came at once are several keys. */
export function keyNames(input: string, key: Key): string[] {
  if (key.tab) return [key.shift ? "shift+tab" : "tab"];
  const special = named.find(([flag]) => key[flag]);
  if (special) return [special[1]];
  const nameOf = (character: string) => (character === " " ? "space" : character);
  const before = `${key.ctrl ? "ctrl+" : ""}${key.meta ? "alt+" : ""}`;
  if (before !== "") return input === "" ? [] : [before + nameOf(input.toLowerCase())];
  return [...input].map(plainName);
}

function plainName(character: string): string {
  if (character === " ") return "space";
  if (character === "\r" || character === "\n") return "enter";
  if (character === "\t") return "tab";
  if (character === "\u007f" || character === "\b") return "backspace";
  const code = character.charCodeAt(0);
  return code < 32 ? `ctrl+${String.fromCharCode(code + 96)}` : character;
}
