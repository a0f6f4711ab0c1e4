import type { Config } from "../engine/config.ts";
import type { BreakerName } from "../engine/guards/names.ts";
import { requestBreaker } from "../engine/guards/requests.ts";
import { readBreakers } from "../engine/guards/saved.ts";
import { pause } from "../engine/pause.ts";
import type { Plain } from "./action.ts";
import { breakerList } from "./breaker-list.ts";
import { lookAtHold } from "./hold.ts";

const followedWithinMs = 3000;

/** Trips or resets a breaker: asks the running engine and waits until it has followed, or leaves it to the next one. */
export async function commandBreaker(
  { home, values }: Config,
  name: BreakerName,
  action: "trip" | "reset",
  why: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<Plain> {
  const { id } = await requestBreaker(home, name, action, why);
  const until = performance.now() + followedWithinMs;
  const followed = () =>
    readBreakers(home, () => undefined).find((one) => one.name === name && one.request === id) ?? null;
  const engine = lookAtHold(home);
  let saved = followed();
  while (engine !== null && saved === null && !signal.aborted && performance.now() < until) {
    await pause(50, { signal });
    saved = followed();
  }
  if (saved !== null) {
    const { phase: state, failures, tripped } = saved;
    return { breaker: { name, state, failures, tripped }, followedBy: engine };
  }
  const note =
    engine === null
      ? "No engine runs; the next one begins like this"
      : `Process ${engine.pid} (${engine.command}) has not followed within ${followedWithinMs / 1000} s`;
  return { breaker: breakerList(home, values).breakers.find((one) => one.name === name), followedBy: null, note };
}
