// States: keys → string (an answer of the terminal begins) → keys; keys → paste → keys.

const pasteStart = "\u001b[200~";
const pasteEnd = "\u001b[201~";
// biome-ignore lint/suspicious/noControlCharactersInRegex: how answers and pastes begin
const begins = /\u001b(?:[\]PX^_]|\[200~)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: how answers end; ctrl+c is for us
const ends = /\u0007|\u001b\\|\u009c|\u0018|\u001a|(?=\u0003)/;
const answerMs = 100;
// Pressed alone while a paste has no end, they mean what they always mean.
const alone: readonly string[] = ["\u0003", "\u001b"];

/**
 * Opens what stands between the terminal and the keys: answers that somebody else has asked the terminal for are no
 * keys, and a paste whose end was lost does not swallow every key after it. Takes what was read, and when, in
 * milliseconds.
 */
export function openInputGuard(): (read: string, now: number) => string {
  let state: "keys" | "string" | "paste" = "keys";
  let heardAt = 0;
  let before = "";

  const take = (text: string): { readonly kept: string; readonly rest: string } => {
    if (state === "paste") {
      const at = (before + text).indexOf(pasteEnd);
      const end = at < 0 ? text.length : at + pasteEnd.length - before.length;
      if (at >= 0) state = "keys";
      before = (before + text.slice(0, end)).slice(1 - pasteEnd.length);
      return { kept: text.slice(0, end), rest: text.slice(end) };
    }
    if (state === "string") {
      const found = ends.exec(text);
      if (found) state = "keys";
      return { kept: "", rest: found ? text.slice(found.index + found[0].length) : "" };
    }
    const found = begins.exec(text);
    // Alone it is a key that was pressed with alt.
    if (!found || (found[0].length === 2 && text.length === 2)) return { kept: text, rest: "" };
    const isPaste = found[0] === pasteStart;
    state = isPaste ? "paste" : "string";
    before = "";
    const end = found.index + found[0].length;
    return { kept: text.slice(0, isPaste ? end : found.index), rest: text.slice(end) };
  };

  return (read, now) => {
    if (state === "string" && now - heardAt > answerMs) state = "keys";
    heardAt = now;
    if (state === "paste" && alone.includes(read)) {
      state = "keys";
      return pasteEnd + read;
    }
    let kept = "";
    for (let rest = read; rest !== ""; ) {
      const part = take(rest);
      kept += part.kept;
      rest = part.rest;
    }
    return kept;
  };
}

/** Guards what is read from a terminal; returns how to stop. */
export function guardInput(stdin: NodeJS.ReadStream): () => void {
  const read = stdin.read;
  const guard = openInputGuard();
  stdin.read = (size?: number): unknown => {
    const found: unknown = read.call(stdin, size);
    return typeof found === "string" ? guard(found, performance.now()) : found;
  };
  return () => {
    stdin.read = read;
  };
}
