import { isUtf8 } from "node:buffer";
import { isAbort } from "../engine/base/abort.ts";
import { splitByteLines } from "../engine/base/lines.ts";
import { Failure } from "../engine/errors.ts";
import type { Plain } from "./action.ts";

/** How the lines of an input are written. */
export interface InputOptions {
  readonly file: string;
  readonly mostBytes: number;
  /** Writes one event; fails where it cannot be, and then it was not written. */
  readonly write: (event: string) => Promise<{ readonly bytes: number }>;
}

const byteOrderMark = /^\uFEFF/;

// As it stands: a number keeps its digits and an escape its letters.
function textOf(line: Buffer, number: number, mostBytes: number): string {
  const refuse = (why: string, hint: string) => {
    throw new Failure("usage", { what: "The line was not written", why, hint });
  };
  if (line.length > mostBytes) {
    refuse(`it is longer than telemetry.maxLineBytes (${mostBytes})`, "Nobody could learn from it; leave words out");
  }
  if (!isUtf8(line)) refuse("it is not UTF-8 text", "Convert it, for example from Latin-1: iconv -f latin1 -t utf-8");
  const text = line.toString("utf8");
  return number === 1 ? text.replace(byteOrderMark, "") : text;
}

function linesTo(last: number): string {
  return last === 1 ? "Line 1 was" : `Lines 1-${last} were`;
}

function stopped(error: Failure, at: { file: string; number: number; events: number; bytes: number }): Failure {
  const { file, number, events, bytes } = at;
  const before = number === 1 ? "Nothing was" : linesTo(number - 1);
  return new Failure(error.code, {
    what: `${before} written to ${file}; line ${number} was not, and what follows it was not read`,
    why: error.why,
    hint: `${error.hint}${error.hint === "" ? "" : ". "}Then write ${number === 1 ? "all of it again" : `the rest: tail -n +${number}`}`,
    cause: error,
    retryAfterMs: error.retryAfterMs,
    facts: { file, writtenLines: number - 1, events, bytes, badLine: number },
  });
}

/**
 * Writes every line of an input as soon as it is there. The first that cannot be written ends it, and the failure says
 * which lines were; being asked to end ends it at once with what was written.
 */
export async function writeInput(input: AsyncIterable<Uint8Array>, options: InputOptions): Promise<Plain> {
  const { file, mostBytes, write } = options;
  let number = 0;
  let events = 0;
  let bytes = 0;
  try {
    for await (const line of splitByteLines(input, { mostBytes })) {
      number++;
      try {
        const text = textOf(line, number, mostBytes);
        if (text.trim() === "") continue;
        bytes += (await write(text)).bytes;
        events++;
      } catch (error) {
        if (error instanceof Failure) throw stopped(error, { file, number, events, bytes });
        number--;
        throw error;
      }
    }
  } catch (error) {
    if (!isAbort(error)) throw error;
    const said = number === 0 ? "Nothing was" : linesTo(number);
    return { file, events, bytes, stopped: `${said} written; it was asked to end before the input did` };
  }
  return { file, events, bytes };
}
