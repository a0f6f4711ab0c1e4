/** Splits a command line into words as a POSIX shell does, without expanding anything; null when a quote is not closed. */
export function shellWords(text: string): string[] | null {
  const words: string[] = [];
  let word = "";
  let started = false;
  let quote: "" | "'" | '"' = "";
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (quote === "'") {
      if (letter === "'") quote = "";
      else word += letter;
    } else if (letter === "\\") {
      const next = text[++at];
      if (next === undefined) return null;
      word += quote === '"' && !'"\\$`\n'.includes(next) ? `\\${next}` : next === "\n" ? "" : next;
      started = true;
    } else if (quote === '"') {
      if (letter === '"') quote = "";
      else word += letter;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      started = true;
    } else if (/\s/.test(letter)) {
      if (started) words.push(word);
      word = "";
      started = false;
    } else {
      word += letter;
      started = true;
    }
  }
  if (quote !== "") return null;
  return started ? [...words, word] : words;
}
