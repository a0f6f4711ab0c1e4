/** How well the letters of a query occur in order in a name: higher is better, null when they do not. */
export function fuzzyScore(query: string, name: string): number | null {
  const letters = query.toLowerCase().replaceAll(" ", "");
  const text = name.toLowerCase();
  let score = 0;
  let from = 0;
  let previous = -2;
  for (const letter of letters) {
    const at = text.indexOf(letter, from);
    if (at < 0) return null;
    const starts = at === 0 || text[at - 1] === " ";
    score += (starts ? 8 : 1) + (at === previous + 1 ? 6 : 0) - Math.min(4, at - from);
    previous = at;
    from = at + letter.length;
  }
  return score - text.length / 100;
}

/** The names that match, best first; the order given where two are alike. */
export function fuzzyRank<T>(query: string, all: readonly T[], nameOf: (one: T) => string): T[] {
  return all
    .flatMap((one, at) => {
      const score = fuzzyScore(query, nameOf(one));
      return score === null ? [] : [{ one, at, score }];
    })
    .toSorted((a, b) => b.score - a.score || a.at - b.at)
    .map(({ one }) => one);
}
