import { Failure } from "../engine/errors.ts";
import type { Action, Given, Plain } from "./action.ts";

/** What runs an action. */
export type Run = Action["run"];

/**
 * An action whose code is loaded when it is run, so that the start of every other command does not wait for it.
 * `streams` says whether what was asked for comes line by line.
 */
export function lazily(load: () => Promise<Run>, streams: (given: Given) => boolean = () => false): Run {
  const whole = async (...call: Parameters<Run>) => {
    const result = (await load())(...call);
    if (!(Symbol.asyncIterator in result)) return result;
    throw new Failure("failed", { what: "Nothing was printed", why: "the answer comes line by line" });
  };
  const lines = async function* (...call: Parameters<Run>): AsyncGenerator<string, Plain | undefined> {
    const result = (await load())(...call);
    return Symbol.asyncIterator in result ? yield* result : result;
  };
  return (stack, given, options) => (streams(given) ? lines(stack, given, options) : whole(stack, given, options));
}
