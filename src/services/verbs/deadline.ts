import { Failure } from "../../engine/errors.ts";
import type { Given } from "../action.ts";

const mostSeconds = 86_400;

/** A limit on how long something may take, joined with the wish to stop. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** What an error means: `timeout` when the limit ended it, else itself. */
  explain(error: unknown): unknown;
}

/** What `--timeout` says, in milliseconds; `fallback` when it says nothing. Fails with `usage` for what is no time. */
export function timeoutOf(given: Given, fallback: number): number {
  const text = given.text("timeout");
  if (text === null) return fallback;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= mostSeconds) return seconds * 1000;
  throw new Failure("usage", {
    what: "Nothing was done",
    why: `--timeout ${text} is no number of seconds`,
    hint: `Write a number above 0 and at most ${mostSeconds}, such as --timeout 60`,
  });
}

/** Opens a limit of so many milliseconds; `why` says, when it is reached, what was not there yet. */
export function openDeadline(timeoutMs: number, what: string, why: () => string, signal: AbortSignal): Deadline {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  return {
    signal: AbortSignal.any([signal, limit.signal]),
    explain(error) {
      if (!limit.signal.aborted || signal.aborted) return error;
      if (error instanceof Failure && error.code !== "podman") return error;
      return new Failure("timeout", {
        what: `${what} within ${timeoutMs / 1000} s`,
        why: why(),
        hint: "Give it more time with --timeout, or look: aistack ps; aistack logs",
        cause: error,
      });
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
