import type { Prompt } from "./screen.ts";
import { cellsOf, widthOf } from "./width.ts";

// What is drawn over the character before it belongs to it.
function charactersOf(text: string): string[] {
  const all: string[] = [];
  for (const one of text) {
    const last = all.at(-1);
    if (last !== undefined && cellsOf(one) === 0) all[all.length - 1] = last + one;
    else all.push(one);
  }
  return all;
}

function before(text: string, at: number): number {
  return at - (charactersOf(text.slice(0, at)).at(-1)?.length ?? 0);
}

function behind(text: string, at: number): number {
  return at + (charactersOf(text.slice(at))[0]?.length ?? 0);
}

/** What is seen of a prompt in so many cells: what stands before the cursor, under it and behind it. */
export function windowOf({ text, at }: Prompt, cells: number): readonly [string, string, string] {
  let from = at;
  let used = 0;
  for (const one of charactersOf(text.slice(0, at)).toReversed()) {
    used += widthOf(one);
    if (used > cells) break;
    from -= one.length;
  }
  const next = behind(text, at);
  return [text.slice(from, at), text.slice(at, next), text.slice(next)];
}

/** The prompt after a key that edits it; null when the key means something else. */
export function edit(prompt: Prompt, key: string): Prompt | null {
  const { text, at } = prompt;
  const put = (next: string, place: number): Prompt => ({ ...prompt, text: next, at: place, chosen: -1 });
  switch (key) {
    case "left":
      return { ...prompt, at: before(text, at) };
    case "right":
      return { ...prompt, at: behind(text, at) };
    case "home":
    case "ctrl+a":
      return { ...prompt, at: 0 };
    case "end":
    case "ctrl+e":
      return { ...prompt, at: text.length };
    case "backspace":
      return at === 0 ? prompt : put(text.slice(0, before(text, at)) + text.slice(at), before(text, at));
    case "delete":
      return put(text.slice(0, at) + text.slice(behind(text, at)), at);
    case "ctrl+u":
      return put(text.slice(at), 0);
    case "ctrl+w": {
      const start = text.slice(0, at).search(/\S+\s*$/);
      return start < 0 ? prompt : put(text.slice(0, start) + text.slice(at), start);
    }
    default:
      return insert(prompt, key === "space" ? " " : key);
  }
}

function insert(prompt: Prompt, typed: string): Prompt | null {
  return [...typed].length === 1 ? withText(prompt, typed) : null;
}

/** The prompt with a text put in where the cursor is. */
export function withText(prompt: Prompt, typed: string): Prompt {
  const text = prompt.text.slice(0, prompt.at) + typed + prompt.text.slice(prompt.at);
  return { ...prompt, text, at: prompt.at + typed.length, chosen: -1 };
}
