import type { Prompt } from "./screen.ts";

/** The prompt after a key that edits it; null when the key means something else. */
export function edit(prompt: Prompt, key: string): Prompt | null {
  const { text, at } = prompt;
  const put = (next: string, place: number): Prompt => ({ ...prompt, text: next, at: place, chosen: -1 });
  switch (key) {
    case "left":
      return { ...prompt, at: Math.max(0, at - 1) };
    case "right":
      return { ...prompt, at: Math.min(text.length, at + 1) };
    case "home":
    case "ctrl+a":
      return { ...prompt, at: 0 };
    case "end":
    case "ctrl+e":
      return { ...prompt, at: text.length };
    case "backspace":
      return at === 0 ? prompt : put(text.slice(0, at - 1) + text.slice(at), at - 1);
    case "delete":
      return put(text.slice(0, at) + text.slice(at + 1), at);
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
