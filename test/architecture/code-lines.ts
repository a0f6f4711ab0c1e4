import type { Place } from "./syntax.ts";

/** Counts the lines of a file that are neither blank nor only comment; `//` inside a string, a pattern or JSX text is code. */
export function codeLines(text: string, places: readonly Place[]): number {
  const quoted = new Map(
    places
      .filter(({ node }) => ["Literal", "TemplateElement", "JSXText"].includes(node.type))
      .map(({ node }) => [node.start, node.end]),
  );
  let code = "";
  let at = 0;
  while (at < text.length) {
    const end = quoted.get(at);
    if (end !== undefined && end > at) {
      code += text.slice(at, end);
      at = end;
    } else if (text.startsWith("//", at)) {
      at = endOf(text, "\n", at);
    } else if (text.startsWith("/*", at)) {
      const after = endOf(text, "*/", at + 2) + 2;
      code += text.slice(at, after).replace(/[^\n]/g, "");
      at = after;
    } else {
      code += text[at];
      at += 1;
    }
  }
  return code.split("\n").filter((line) => line.trim() !== "").length;
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found;
}
