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
  const [first = ""] = lines;
  for (const [at, line] of lines.entries()) {
    const answer = await run(line);
    const left = lines.length - at - 1;
    if (answer.ok && lines.length > 1) continue;
    const text = left === 0 ? answer.text : `${answer.text} (${left} more ${left === 1 ? "was" : "were"} not tried)`;
    return { line, answer: { ...answer, text } };
  }
  return { line: first, answer: { ok: true, text: `${first} and ${lines.length - 1} more: done` } };
}
