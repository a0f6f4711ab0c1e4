// States: closed (calls pass) → open (calls are refused) → half_open (a few probes pass) → closed or open again.
// Only `move` changes the state; every move begins a new epoch, and what a call of an earlier epoch comes to is not
// counted.

/** The three states of a breaker. */
export type Phase = "closed" | "open" | "half_open";

/** When a breaker changes its state. */
export interface Thresholds {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it stays open before probes may pass. */
  readonly openMs: number;
  /** Successes of probes that close it. */
  readonly successes: number;
  /** Probes under way at the same time, at most. */
  readonly probes: number;
  /** A probe without an answer for this long counts as failed. */
  readonly probeMs: number;
  /** A call that takes longer is slow; null means that slowness does not count. */
  readonly slowCallMs: number | null;
  /** Share of slow calls among the last `slowCallWindow` that opens it. */
  readonly slowCallShare: number;
  readonly slowCallWindow: number;
}

/** The right to make one call; it is given back with what came of the call. */
export interface Ticket {
  readonly epoch: number;
  readonly startedMs: number;
}

/** What came of a call; `uncounted` says nothing about the dependency's health. */
export type Outcome = "success" | "failure" | "uncounted";

/** What outlives a restart: the state and how it came about. */
export interface Remembered {
  readonly phase: Phase;
  readonly failures: number;
  readonly successes: number;
  /** How long it has been open already; 0 unless it is open. */
  readonly openForMs: number;
  /** Why it was opened by hand, or null. */
  readonly tripped: string | null;
}

/** The rules of a breaker without its calls: who may pass, and what each result changes. Times are milliseconds. */
export interface Machine {
  /** The right to call now, or null. */
  admit(): Ticket | null;
  end(ticket: Ticket, outcome: Outcome, why: string): void;
  /** How long until a call may pass: 0 now, null when that depends on a hand or on a probe under way. */
  retryAfterMs(): number | null;
  remembered(): Remembered;
  /** Probes under way. */
  probes(): number;
  trip(why: string): void;
  reset(why: string): void;
}

/** What a machine is opened with. */
export interface MachineOptions {
  readonly thresholds: Thresholds;
  /** Milliseconds that never run backwards. */
  readonly clock: () => number;
  readonly onChange: (from: Phase, to: Phase, why: string) => void;
  readonly remembered?: Remembered | undefined;
}

/** Opens a machine, closed unless it remembers otherwise. */
export function openMachine({ thresholds, clock, onChange, remembered }: MachineOptions): Machine {
  let phase: Phase = remembered?.phase ?? "closed";
  let epoch = 0;
  let failures = remembered?.failures ?? 0;
  let successes = remembered?.successes ?? 0;
  let tripped = remembered?.tripped ?? null;
  let openedMs = clock() - Math.min(Math.max(0, remembered?.openForMs ?? 0), thresholds.openMs);
  const probes = new Set<Ticket>();
  const slow = openSlowCalls(thresholds);

  const move = (to: Phase, why: string) => {
    const from = phase;
    phase = to;
    epoch++;
    successes = 0;
    if (to === "closed") failures = 0;
    if (to === "open") openedMs = clock();
    slow.clear();
    if (from !== to || to === "open") onChange(from, to, why);
  };

  const settle = () => {
    if (phase !== "open" || tripped !== null || clock() - openedMs < thresholds.openMs) return;
    move("half_open", `open for ${thresholds.openMs} ms`);
  };

  // Probes hold their place until they end, whatever the state has become, so there are never more than allowed; one
  // that never ends loses it.
  const dropOverdue = () => {
    const now = clock();
    let failed = false;
    for (const probe of probes) {
      if (now - probe.startedMs < thresholds.probeMs) continue;
      probes.delete(probe);
      failed ||= probe.epoch === epoch;
    }
    if (failed) move("open", `a probe had no answer for ${thresholds.probeMs} ms`);
  };

  const endClosed = (outcome: Outcome, tookMs: number, why: string) => {
    const share = slow.add(tookMs);
    if (outcome === "success") failures = 0;
    else if (++failures >= thresholds.failures) return move("open", `${failures} failures in a row, the last: ${why}`);
    if (share !== null) move("open", `${share} % of the last ${thresholds.slowCallWindow} calls were slow`);
  };

  const endProbe = (outcome: Outcome, tookMs: number, why: string) => {
    if (outcome === "failure") {
      failures++;
      return move("open", `a probe failed: ${why}`);
    }
    if (slow.isSlow(tookMs)) return move("open", `a probe took ${Math.round(tookMs)} ms`);
    if (++successes >= thresholds.successes) move("closed", `${successes} probes succeeded`);
  };

  return {
    admit() {
      if (phase !== "closed") {
        settle();
        if (phase === "half_open") dropOverdue();
        if (phase === "open" || probes.size >= thresholds.probes) return null;
      }
      const ticket = { epoch, startedMs: clock() };
      if (phase === "half_open") probes.add(ticket);
      return ticket;
    },
    end(ticket, outcome, why) {
      if (probes.size > 0) probes.delete(ticket);
      if (ticket.epoch !== epoch || outcome === "uncounted") return;
      const tookMs = clock() - ticket.startedMs;
      if (phase === "closed") endClosed(outcome, tookMs, why);
      else endProbe(outcome, tookMs, why);
    },
    retryAfterMs() {
      settle();
      if (phase === "open") return tripped === null ? Math.max(0, openedMs + thresholds.openMs - clock()) : null;
      return phase === "half_open" && probes.size >= thresholds.probes ? null : 0;
    },
    remembered() {
      settle();
      return { phase, failures, successes, openForMs: phase === "open" ? clock() - openedMs : 0, tripped };
    },
    probes: () => probes.size,
    trip(why) {
      tripped = why;
      move("open", `by hand: ${why}`);
    },
    reset(why) {
      tripped = null;
      move("closed", `by hand: ${why}`);
    },
  };
}

interface SlowCalls {
  isSlow(tookMs: number): boolean;
  /** Counts a call; returns the share of slow ones in percent once that is too large, else null. */
  add(tookMs: number): number | null;
  clear(): void;
}

function openSlowCalls({ slowCallMs, slowCallShare, slowCallWindow }: Thresholds): SlowCalls {
  let last: boolean[] = [];
  let slow = 0;
  const isSlow = (tookMs: number) => slowCallMs !== null && tookMs > slowCallMs;
  return {
    isSlow,
    add(tookMs) {
      if (slowCallMs === null) return null;
      const one = isSlow(tookMs);
      last.push(one);
      if (one) slow++;
      if (last.length > slowCallWindow && last.shift() === true) slow--;
      const share = slow / slowCallWindow;
      return last.length >= slowCallWindow && share >= slowCallShare ? Math.round(share * 100) : null;
    },
    clear() {
      last = [];
      slow = 0;
    },
  };
}
