/** The words of a typed line; double and single quotes keep blanks together. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [, double, single, bare] of line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+)/g)) {
    words.push(double === undefined ? (single ?? bare ?? "") : double.replace(/\\(.)/g, "$1"));
  }
  return words;
}
