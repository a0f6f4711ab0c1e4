import type { Values } from "../engine/config.ts";
import { pause } from "../engine/pause.ts";
import { breakerList, type ListedBreaker } from "./breaker-list.ts";

const lookMs = 250;

function lineOf({ name, state, failures, retryAt, tripped, lastError }: ListedBreaker): string {
  const words = [name.padEnd(11), state.replace("_", " ").padEnd(12)];
  if (failures !== null && failures > 0) words.push(`${failures} ${failures === 1 ? "failure" : "failures"}`);
  if (retryAt !== null) words.push(`probes from ${retryAt.slice(11, 19)}Z`);
  if (tripped !== null) words.push(`by hand: ${tripped}`);
  if (lastError !== null && state !== "closed") words.push(lastError);
  return words.join("  ");
}

/** Every breaker once, then each that has changed, until the signal asks to stop: lines of text, or of JSON. */
export async function* watchBreakers(
  home: string,
  values: Values,
  { json, signal }: { readonly json: boolean; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const last = new Map<string, string>();
  while (!signal.aborted) {
    const { from, breakers } = breakerList(home, values);
    for (const breaker of breakers) {
      const text = JSON.stringify(breaker);
      if (last.get(breaker.name) === text) continue;
      last.set(breaker.name, text);
      const at = new Date().toISOString();
      yield json
        ? JSON.stringify({ schemaVersion: 1, at, from, ...breaker })
        : `${at.slice(11, 19)}Z  ${lineOf(breaker)}`;
    }
    await pause(lookMs, { signal });
  }
}
