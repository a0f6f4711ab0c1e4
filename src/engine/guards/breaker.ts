import Opossum from "opossum";
import { isAbort } from "../base/abort.ts";
import { Failure, messageOf } from "../errors.ts";
import { type Machine, openMachine, type Phase, type Remembered, type Thresholds } from "./machine.ts";
import type { BreakerName } from "./names.ts";
import { markRefused } from "./refused.ts";

/** A breaker as it is now. */
export interface BreakerState {
  readonly name: BreakerName;
  readonly state: Phase;
  /** Failures in a row. */
  readonly failures: number;
  /** Probes that succeeded since it became half open. */
  readonly successes: number;
  /** Probes under way. */
  readonly probes: number;
  /** When it was opened, ISO 8601; null unless it is open. */
  readonly openedAt: string | null;
  /** How long until a call may pass: 0 now, null when that depends on a hand or on a probe under way. */
  readonly retryAfterMs: number | null;
  /** Why it was opened by hand, or null. */
  readonly tripped: string | null;
  readonly lastError: string | null;
  readonly lastErrorAt: string | null;
  /** Calls of the last ten seconds in this process. */
  readonly recent: { readonly calls: number; readonly failures: number; readonly refused: number };
}

/** Stands between this program and one dependency. */
export interface Breaker {
  readonly name: BreakerName;
  /** Makes the call, unless the breaker is open: then it fails at once with `silent` and says when to try again. */
  run<T>(call: () => Promise<T>): Promise<T>;
  state(): BreakerState;
  /** Whether it ever stood before a call or was set by hand, in this run or before; if not, its state says nothing. */
  used(): boolean;
  /** Opens it until it is reset. */
  trip(why: string): void;
  /** Closes it and forgets its failures. */
  reset(): void;
  close(): void;
}

/** What time it is: milliseconds that never run backwards, and the date. */
export interface Clock {
  readonly now: () => number;
  readonly wall: () => number;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => performance.now(), wall: () => Date.now() };

/** What is remembered of a breaker over a restart. */
export interface RememberedBreaker extends Remembered {
  readonly lastError: string | null;
  readonly lastErrorAt: string | null;
}

/** What a breaker is opened with. */
export interface BreakerOptions {
  readonly name: BreakerName;
  readonly thresholds: Thresholds;
  /** Codes of failures that say nothing about the dependency's health. */
  readonly uncounted: readonly string[];
  readonly clock: Clock;
  readonly remembered?: RememberedBreaker | undefined;
  readonly onChange: (from: Phase, to: Phase, why: string) => void;
  /** Something worth saving changed. */
  readonly onCount: () => void;
}

// opossum counts and is the gate; when the gate opens and closes is decided by the machine, which knows failures in a
// row, several probes and slow calls. Its own triggers are out of reach: no timer runs out, and to it no call fails,
// because it would add up its whole window at every failure; failures are told to its counters apart.
const never = { errorFilter: () => true, resetTimeout: 2 ** 31 - 1 };

/** Opens the breaker of one dependency. */
export function openBreaker(options: BreakerOptions): Breaker {
  const { name, clock, onChange, onCount } = options;
  const uncounted: ReadonlySet<string> = new Set(options.uncounted);
  let lastError = options.remembered?.lastError ?? null;
  let lastErrorMs = Date.parse(options.remembered?.lastErrorAt ?? "");
  let used = options.remembered !== undefined;
  let refused: { at: number; count: number }[] = [];
  const fuse = new Opossum((call: () => Promise<void>) => call(), {
    ...never,
    name,
    timeout: false,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  const turn = (phase: Phase) => (phase === "open" ? fuse.open() : fuse.close());
  const machine = openMachine({
    thresholds: options.thresholds,
    clock: clock.now,
    remembered: options.remembered,
    onChange: (from, to, why) => {
      turn(to);
      onChange(from, to, why);
    },
  });
  turn(machine.remembered().phase);

  const refuse = (): Failure => {
    const second = Math.floor(clock.now() / 1000);
    const last = refused.at(-1);
    if (last?.at === second) last.count++;
    else refused = [...refused.filter(({ at }) => second - at < 10), { at: second, count: 1 }];
    return markRefused(refusal(name, machine, clock), () => machine.retryAfterMs() === 0);
  };

  const failed = (error: unknown) => {
    lastError = messageOf(error);
    lastErrorMs = clock.wall();
    fuse.emit("failure", error, 0);
  };

  return {
    name,
    run<T>(call: () => Promise<T>): Promise<T> {
      used = true;
      const ticket = machine.admit();
      if (ticket === null) return Promise.reject(refuse());
      return new Promise<T>((resolve, reject) => {
        const made = fuse.fire(async () => {
          const value = await call();
          const before = machine.remembered();
          machine.end(ticket, "success", "");
          if (before.failures > 0 || before.phase === "half_open") onCount();
          resolve(value);
        });
        made.catch((error: unknown) => {
          const outcome = counts(error, uncounted) ? "failure" : "uncounted";
          if (outcome === "failure") failed(error);
          machine.end(ticket, outcome, messageOf(error));
          if (outcome === "failure") onCount();
          reject(error);
        });
      });
    },
    state() {
      const { phase, failures, successes, openForMs, tripped } = machine.remembered();
      const { fires, failures: recentFailures } = fuse.stats;
      const second = Math.floor(clock.now() / 1000);
      const recentRefused = refused.reduce((sum, { at, count }) => (second - at < 10 ? sum + count : sum), 0);
      return {
        name,
        state: phase,
        failures,
        successes,
        probes: machine.probes(),
        openedAt: phase === "open" ? new Date(clock.wall() - openForMs).toISOString() : null,
        retryAfterMs: machine.retryAfterMs(),
        tripped,
        lastError,
        lastErrorAt: Number.isNaN(lastErrorMs) ? null : new Date(lastErrorMs).toISOString(),
        recent: { calls: fires, failures: recentFailures, refused: recentRefused },
      };
    },
    used: () => used,
    trip(why) {
      used = true;
      machine.trip(why);
    },
    reset() {
      used = true;
      machine.reset("reset");
    },
    close: () => fuse.shutdown(),
  };
}

function counts(error: unknown, uncounted: ReadonlySet<string>): boolean {
  if (error instanceof Failure) return !uncounted.has(error.code);
  return !isAbort(error);
}

// Where the call came from says nothing about a refusal, and looking it up is most of what a refusal costs.
function untraced(make: () => Failure): Failure {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const failure = make();
  Error.stackTraceLimit = stackTraceLimit;
  return failure;
}

function refusal(name: BreakerName, machine: Machine, { wall }: Clock): Failure {
  const { phase, tripped } = machine.remembered();
  const retryAfterMs = machine.retryAfterMs();
  const what = `${name} was not asked`;
  const silent = (why: string, hint: string) =>
    untraced(() => new Failure("silent", { what, why, hint, retryAfterMs }));
  if (tripped !== null) {
    return silent(`its breaker was opened by hand: ${tripped}`, `Type: aistack breakers reset ${name}`);
  }
  if (phase === "half_open") return silent("its breaker waits for a probe under way", "Type: aistack breakers");
  const until = new Date(wall() + (retryAfterMs ?? 0)).toISOString().slice(11, 19);
  return silent(`its breaker is open until ${until} UTC`, "Type: aistack breakers");
}
