import type { Values } from "../config.ts";
import { messageOf } from "../errors.ts";
import type { Emit } from "../events.ts";
import { msToBeat } from "../pause.ts";
import { type Breaker, type BreakerState, type Clock, openBreaker, systemClock } from "./breaker.ts";
import { type Limiter, openLimiter } from "./limiter.ts";
import { type BreakerName, breakerNames } from "./names.ts";
import { openRequests } from "./requests.ts";
import { readBreakers, writeBreakers } from "./saved.ts";
import type { BreakerRequest, SavedBreaker } from "./shapes.ts";
import { limitsFor, thresholdsFor } from "./thresholds.ts";

// States: open → closed. A breaker exists from its first use on; what was saved of the others is kept as it was.

const requestsEveryMs = 500;
const saveEveryMs = 1000;

/** The breakers and limiters of one process. Their state is saved in the home and follows requests made by hand. */
export interface Guards {
  breaker(name: BreakerName): Breaker;
  /** The breakers used so far, in this run or, as far as it is remembered, before. */
  states(): readonly BreakerState[];
  limiter(name: BreakerName): Limiter;
  close(): Promise<void>;
}

/** What guards are opened with. */
export interface GuardsOptions {
  readonly home: string;
  readonly values: Values;
  readonly emit: Emit;
  readonly clock?: Clock;
}

/** Opens the guards of a home with the state saved there; a damaged one is told by an event and not used. */
export function openGuards({ home, values, emit, clock = systemClock }: GuardsOptions): Guards {
  const saved = new Map<BreakerName, SavedBreaker>(
    readBreakers(home, (file, why) => emit({ type: "breakers.unreadable", file, why })).map((one) => [one.name, one]),
  );
  const followed = new Map([...saved].map(([name, { request }]) => [name, request]));
  const breakers = new Map<BreakerName, Breaker>();
  const limiters = new Map<BreakerName, Limiter>();
  const requests = openRequests(home);
  let writing: Promise<void> | null = null;
  let again = false;
  let later: NodeJS.Timeout | null = null;
  let failed = "";

  const toSave = (): SavedBreaker[] =>
    breakerNames.flatMap((name) => {
      const live = breakers.get(name);
      const before = saved.get(name);
      return live?.used() ? [savedFrom(live.state(), followed.get(name) ?? null)] : before ? [before] : [];
    });

  const write = async (): Promise<void> => {
    do {
      again = false;
      try {
        await writeBreakers(home, toSave());
        failed = "";
      } catch (error) {
        const why = messageOf(error);
        if (why !== failed) emit({ type: "breakers.unsaved", why });
        failed = why;
      }
    } while (again);
    writing = null;
  };

  const save = () => {
    if (later) clearTimeout(later);
    later = null;
    if (writing) again = true;
    else writing = write();
  };

  const breaker = (name: BreakerName): Breaker => {
    const known = breakers.get(name);
    if (known) return known;
    const before = saved.get(name);
    const opened = openBreaker({
      name,
      thresholds: thresholdsFor(values, name),
      uncounted: values["breakers.uncounted"],
      clock,
      remembered: before && { ...before, openForMs: openFor(before, clock) },
      onChange(from, to, why) {
        emit({ type: "breaker.changed", name, from, to, why });
        save();
      },
      onCount() {
        later ??= setTimeout(save, saveEveryMs).unref();
      },
    });
    breakers.set(name, opened);
    return opened;
  };

  const follow = ({ id, name, action, why }: BreakerRequest) => {
    if (followed.get(name) === id) return;
    followed.set(name, id);
    if (action === "trip") breaker(name).trip(why);
    else breaker(name).reset();
    save();
  };
  const followAll = () => {
    for (const request of requests()) follow(request);
  };

  for (const name of saved.keys()) breaker(name);
  followAll();
  // At the moment at which others look at theirs: one waking instead of two.
  let looking = setTimeout(look, msToBeat(requestsEveryMs)).unref();
  function look() {
    followAll();
    looking = setTimeout(look, msToBeat(requestsEveryMs)).unref();
  }

  return {
    breaker,
    states: () => [...breakers.values()].filter((one) => one.used()).map((one) => one.state()),
    limiter(name) {
      const known = limiters.get(name) ?? openLimiter(limitsFor(values, name));
      limiters.set(name, known);
      return known;
    },
    async close() {
      clearTimeout(looking);
      if (toSave().length > 0) save();
      await writing;
      for (const one of breakers.values()) one.close();
      await Promise.all([...limiters.values()].map((one) => one.close()));
    },
  };
}

function openFor({ phase, openedAt }: SavedBreaker, clock: Clock): number {
  return phase === "open" && openedAt !== null ? Math.max(0, clock.wall() - Date.parse(openedAt)) : 0;
}

function savedFrom(state: BreakerState, request: string | null): SavedBreaker {
  const { name, failures, successes, openedAt, tripped, lastError, lastErrorAt } = state;
  return { name, phase: state.state, failures, successes, openedAt, tripped, lastError, lastErrorAt, request };
}
