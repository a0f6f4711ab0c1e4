import { Failure } from "../errors.ts";

const refusals = new WeakMap<Failure, () => boolean>();

/** Marks a failure as a breaker's refusal; `passes` says whether calls would get through now. */
export function markRefused(failure: Failure, passes: () => boolean): Failure {
  refusals.set(failure, passes);
  return failure;
}

/** Whether the breaker that refused a call lets calls through now; null when no breaker refused it. */
export function passesNow(error: unknown): boolean | null {
  return error instanceof Failure ? (refusals.get(error)?.() ?? null) : null;
}
