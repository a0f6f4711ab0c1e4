import { appendFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import type { Terminal } from "./pty.ts";

/** Appends lines to a log, fifty times a second so many, until the test is over; tells how many there are so far. */
export function noiseIn(log: string, linesATime: number): () => number {
  let written = 0;
  const timer = setInterval(() => {
    const lines = Array.from({ length: linesATime }, () => `{"event":"noise","turn":${written++}}\n`);
    appendFileSync(log, lines.join(""));
  }, 20);
  onTestFinished(() => clearInterval(timer));
  return () => written;
}

/** Presses keys in the logs, one by one, and waits for what each changes; then looks at another pane. */
export async function answersEveryKey(terminal: Terminal, withinMs: number): Promise<void> {
  for (const level of ["info", "warn", "error", "debug"]) {
    terminal.type("v");
    await terminal.see(`level ${level}`, withinMs);
  }
  terminal.type("4");
  await terminal.see(/breaker +state/, withinMs);
}
