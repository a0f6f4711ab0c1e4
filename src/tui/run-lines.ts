/** What came of a command that the screen asked for. */
export interface Answer {
  readonly ok: boolean;
  readonly text: string;
}

/**
 * Runs lines one after the other, as many rows were marked; the first that fails ends it and is what is told, with how
 * many were not tried.
 */
export async function runLines(
  lines: readonly string[],
  run: (line: string) => Promise<Answer>,
): Promise<{ readonly line: string; readonly answer: Answer }> {
  const [first = "", ...rest] = lines;
  const answer = await run(first);
  if (lines.length === 1) return { line: first, answer };
  for (let at = 0, now = answer; ; at++) {
    const next = rest[at];
    if (!now.ok) {
      const left = rest.length - at;
      const text = left === 0 ? now.text : `${now.text} (${left} more ${left === 1 ? "was" : "were"} not tried)`;
      return { line: lines[at] ?? "", answer: { ok: false, text } };
    }
    if (next === undefined)
      return { line: first, answer: { ok: true, text: `${first} and ${rest.length} more: done` } };
    now = await run(next);
  }
}
