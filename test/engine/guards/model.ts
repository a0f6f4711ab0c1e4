import type { Outcome, Phase, Thresholds } from "../../../src/engine/guards/machine.ts";

interface Call {
  readonly startedMs: number;
  readonly interval: number;
  readonly probe: boolean;
  ended: boolean;
  gone: boolean;
}

interface Interval {
  readonly phase: Phase;
  readonly sinceMs: number;
  /** What the calls begun in this interval came to, in the order of their ends. */
  readonly results: { readonly failed: boolean; readonly slow: boolean }[];
  /** Failures in a row that the interval began with. */
  readonly carried: number;
}

/**
 * What a breaker must do, written as a history: every interval of a state with every result that counts in it. All
 * answers are worked out of the history anew each time.
 */
export class Reference {
  readonly #limits: Thresholds;
  readonly #calls: Call[] = [];
  readonly #history: Interval[] = [{ phase: "closed", sinceMs: 0, results: [], carried: 0 }];
  #byHand = false;
  nowMs = 0;

  constructor(limits: Thresholds) {
    this.#limits = limits;
  }

  get #current(): Interval {
    const last = this.#history.at(-1);
    if (!last) throw new Error("there is always a current interval");
    return last;
  }

  #enter(phase: Phase): void {
    const carried = phase === "closed" ? 0 : this.failures();
    this.#history.push({ phase, sinceMs: this.nowMs, results: [], carried });
  }

  #rest(): void {
    const { phase, sinceMs } = this.#current;
    if (phase === "open" && !this.#byHand && this.nowMs - sinceMs >= this.#limits.openMs) this.#enter("half_open");
  }

  probesUnderWay(): number {
    return this.#calls.filter(({ probe, ended, gone }) => probe && !ended && !gone).length;
  }

  failures(): number {
    const { phase, results, carried } = this.#current;
    if (phase !== "closed") return carried + results.filter(({ failed }) => failed).length;
    const lastGood = results.findLastIndex(({ failed }) => !failed);
    return lastGood >= 0 ? results.length - 1 - lastGood : carried + results.length;
  }

  begin(): Call | null {
    this.#rest();
    if (this.#current.phase === "half_open") {
      const overdue = this.#calls.filter(
        ({ probe, ended, gone, startedMs }) =>
          probe && !ended && !gone && this.nowMs - startedMs >= this.#limits.probeMs,
      );
      for (const call of overdue) call.gone = true;
      if (overdue.some(({ interval }) => interval === this.#history.length)) this.#enter("open");
    }
    const { phase } = this.#current;
    if (phase === "open") return null;
    const probe = phase === "half_open";
    if (probe && this.probesUnderWay() >= this.#limits.probes) return null;
    const call = { startedMs: this.nowMs, interval: this.#history.length, probe, ended: false, gone: false };
    this.#calls.push(call);
    return call;
  }

  end(call: Call, outcome: Outcome): void {
    call.ended = true;
    if (call.interval !== this.#history.length || outcome === "uncounted") return;
    const { slowCallMs, slowCallShare, slowCallWindow, failures, successes } = this.#limits;
    const slow = slowCallMs !== null && this.nowMs - call.startedMs > slowCallMs;
    const failed = outcome === "failure";
    const { phase, results } = this.#current;
    results.push({ failed, slow });
    if (phase === "half_open") {
      if (failed || slow) this.#enter("open");
      else if (results.length >= successes) this.#enter("closed");
      return;
    }
    const window = results.slice(-slowCallWindow);
    const share = window.filter((one) => one.slow).length / slowCallWindow;
    const tooSlow = slowCallMs !== null && window.length === slowCallWindow && share >= slowCallShare;
    if (tooSlow || (failed && this.failures() >= failures)) this.#enter("open");
  }

  trip(): void {
    this.#byHand = true;
    this.#enter("open");
  }

  reset(): void {
    this.#byHand = false;
    this.#enter("closed");
  }

  look() {
    this.#rest();
    const { phase, results, sinceMs } = this.#current;
    const full = this.probesUnderWay() >= this.#limits.probes;
    const openLeft = this.#byHand ? null : Math.max(0, sinceMs + this.#limits.openMs - this.nowMs);
    return {
      state: phase,
      failures: this.failures(),
      successes: phase === "half_open" ? results.length : 0,
      probes: this.probesUnderWay(),
      retryAfterMs: phase === "open" ? openLeft : phase === "half_open" && full ? null : 0,
    };
  }
}
