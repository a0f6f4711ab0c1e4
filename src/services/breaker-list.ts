import type { Values } from "../engine/config.ts";
import { type BreakerName, breakerNames } from "../engine/guards/names.ts";
import { openRequests } from "../engine/guards/requests.ts";
import { readBreakers } from "../engine/guards/saved.ts";
import type { BreakerRequest, SavedBreaker } from "../engine/guards/shapes.ts";
import { thresholdsFor } from "../engine/guards/thresholds.ts";
import { readReport, type SeenReport } from "./read-report.ts";

/** A breaker as it is listed; `not used yet` where nothing was ever measured. */
export interface ListedBreaker {
  readonly name: BreakerName;
  readonly state: "closed" | "open" | "half_open" | "not used yet";
  readonly failures: number | null;
  /** When probes may pass, ISO 8601; null unless it is open and not by hand. */
  readonly retryAt: string | null;
  readonly tripped: string | null;
  readonly lastError: string | null;
  readonly lastErrorAt: string | null;
}

/** Every breaker, who tells of them, and what is wrong with what was saved. */
export interface BreakerList {
  /** `engine`: as a running engine reports; `saved`: as they were left, to be used by the next one. */
  readonly from: "engine" | "saved";
  readonly breakers: readonly ListedBreaker[];
  readonly damaged?: string;
}

function unknown(name: BreakerName): ListedBreaker {
  return {
    name,
    state: "not used yet",
    failures: null,
    retryAt: null,
    tripped: null,
    lastError: null,
    lastErrorAt: null,
  };
}

function asSaved(one: SavedBreaker, values: Values, now: number): ListedBreaker {
  const { name, phase, failures, tripped, openedAt, lastError, lastErrorAt } = one;
  const timed = phase === "open" && tripped === null && openedAt !== null;
  const until = timed ? Math.min(Date.parse(openedAt), now) + thresholdsFor(values, name).openMs : null;
  const over = until !== null && until <= now;
  const retryAt = until === null || over ? null : new Date(until).toISOString();
  return { name, state: over ? "half_open" : phase, failures, retryAt, tripped, lastError, lastErrorAt };
}

// What somebody asked for while no engine ran is what the next one begins with.
function asRequested(one: ListedBreaker, { action, why }: BreakerRequest): ListedBreaker {
  if (action === "trip") return { ...one, state: "open", failures: one.failures ?? 0, retryAt: null, tripped: why };
  return { ...one, state: "closed", failures: 0, retryAt: null, tripped: null };
}

/** The breakers of a home: as a running engine says, else as they are saved and asked for. */
export function breakerList(home: string, values: Values, seen: SeenReport | null = readReport(home)): BreakerList {
  const live = new Map(seen?.live ? seen.report.breakers.map((one) => [one.name, one]) : []);
  let damaged = "";
  const saved = new Map(
    readBreakers(home, (file, why) => {
      damaged = `${file}: ${why}`;
    }).map((one) => [one.name, one]),
  );
  const requests = new Map(openRequests(home)().map((one) => [one.name, one]));
  const breakers = breakerNames.map((name): ListedBreaker => {
    const known = live.get(name);
    const before = saved.get(name);
    const request = requests.get(name);
    if (known) {
      const { state, failures, retryAt, tripped, lastError, lastErrorAt } = known;
      return { name, state, failures, retryAt, tripped, lastError, lastErrorAt };
    }
    const listed = before ? asSaved(before, values, Date.now()) : unknown(name);
    return request && request.id !== before?.request ? asRequested(listed, request) : listed;
  });
  return { from: seen?.live ? "engine" : "saved", breakers, ...(damaged === "" ? {} : { damaged }) };
}
