import { Failure, messageOf } from "../errors.ts";

/** The `usage` failure of an event that cannot be written, with what to give instead. */
export function refuseEvent(file: string, why: string, cause?: unknown): Failure {
  return new Failure("usage", {
    what: `The event was not written to ${file}`,
    why,
    hint: "Give one JSON object, or its text on a single line",
    cause,
  });
}

// The message itself quotes the text, which may hold a secret; only where it stops being JSON is told.
function whereIn(message: string): string {
  const position = / in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1];
  if (position !== undefined) return ` (at position ${position})`;
  return message === "Unexpected end of JSON input" ? " (it ends too early)" : "";
}

/** The line an event becomes: a JSON object on one line, without its newline. Fails with `usage` for anything else. */
export function formatEvent(event: object | string, file: string): string {
  let line: string | undefined;
  let value: unknown = event;
  try {
    line = typeof event === "string" ? event : JSON.stringify(event);
    if (typeof event === "string") value = JSON.parse(event);
  } catch (error) {
    throw typeof event === "string"
      ? refuseEvent(file, `it is not valid JSON${whereIn(messageOf(error))}`)
      : refuseEvent(file, `it cannot be written as JSON (${messageOf(error)})`, error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || !line?.trimStart().startsWith("{")) {
    throw refuseEvent(file, "it is not a JSON object");
  }
  if (/[\r\n]/.test(line)) throw refuseEvent(file, "it is longer than one line");
  if (!line.isWellFormed()) throw refuseEvent(file, "it holds half of a surrogate pair, which UTF-8 cannot carry");
  return line;
}
