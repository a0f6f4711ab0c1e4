// What a breaker costs a call, by path, beside the bare call, bare opossum and cockatiel.
import { ConsecutiveBreaker, circuitBreaker, handleAll } from "cockatiel";
import Opossum from "opossum";
import { openBreaker } from "../../src/engine/guards/breaker.ts";

const calls = 20_000;
const warmUp = 5000;
const good = async () => 1;
const failure = new Error("down");
const bad = async () => {
  throw failure;
};
const forEver = 2 ** 31 - 1;

/** Microseconds of each of many awaited calls, sorted. */
async function measure(call, prepare = () => undefined) {
  const took = new Float64Array(calls);
  for (let turn = -warmUp; turn < calls; turn++) {
    prepare();
    const started = performance.now();
    try {
      await call();
    } catch {
      // The failing paths fail.
    }
    if (turn >= 0) took[turn] = (performance.now() - started) * 1000;
  }
  return took.sort();
}

function ours(more = {}) {
  const clock = { ms: 0 };
  const breaker = openBreaker({
    name: "qdrant",
    thresholds: {
      failures: 5,
      openMs: 30_000,
      successes: 2,
      probes: 1,
      probeMs: 60_000,
      slowCallMs: null,
      slowCallShare: 0.5,
      slowCallWindow: 20,
      ...more,
    },
    uncounted: ["refused"],
    clock: { now: () => clock.ms, wall: () => clock.ms },
    onChange: () => undefined,
    onCount: () => undefined,
  });
  return { breaker, clock };
}

async function fail(run, times) {
  for (let turn = 0; turn < times; turn++) await run(bad).catch(() => undefined);
}

/** The paths of our breaker; each ends with its breaker closed down. */
const paths = {
  async closed() {
    const { breaker } = ours();
    const took = await measure(() => breaker.run(good));
    breaker.close();
    return took;
  },
  async open() {
    const { breaker } = ours();
    await fail((call) => breaker.run(call), 5);
    const took = await measure(() => breaker.run(good));
    if (breaker.state().state !== "open") throw new Error("the breaker did not stay open");
    breaker.close();
    return took;
  },
  async "half open"() {
    const { breaker, clock } = ours({ successes: calls + warmUp + 1 });
    await fail((call) => breaker.run(call), 5);
    clock.ms += 30_000;
    const took = await measure(() => breaker.run(good));
    if (breaker.state().state !== "half_open") throw new Error("the breaker did not stay half open");
    breaker.close();
    return took;
  },
  async "half open, every probe taken"() {
    const { breaker, clock } = ours();
    await fail((call) => breaker.run(call), 5);
    clock.ms += 30_000;
    const { promise, resolve } = Promise.withResolvers();
    const probe = breaker.run(() => promise);
    const took = await measure(() => breaker.run(good));
    resolve(1);
    await probe;
    breaker.close();
    return took;
  },
  async "failing, full window"() {
    const slow = { slowCallMs: 1000, slowCallWindow: 1000 };
    const { breaker } = ours({ failures: calls * 2, ...slow });
    await fail((call) => breaker.run(call), 10_000);
    const took = await measure(() => breaker.run(bad));
    if (breaker.state().state !== "closed") throw new Error("the breaker did not stay closed");
    breaker.close();
    return took;
  },
};

function bareOpossum(options = {}) {
  return new Opossum((call) => call(), {
    timeout: false,
    errorThresholdPercentage: 100,
    resetTimeout: forEver,
    ...options,
  });
}

/** The same calls without us. */
const others = {
  "bare call": () => measure(good),
  "bare call that fails": () => measure(bad),
  async "opossum, closed"() {
    const one = bareOpossum();
    const took = await measure(() => one.fire(good));
    one.shutdown();
    return took;
  },
  async "opossum, open"() {
    const one = bareOpossum();
    one.open();
    const took = await measure(() => one.fire(good));
    one.shutdown();
    return took;
  },
  "cockatiel, closed": () => {
    const policy = circuitBreaker(handleAll, { halfOpenAfter: forEver, breaker: new ConsecutiveBreaker(5) });
    return measure(() => policy.execute(good));
  },
  async "cockatiel, open"() {
    const policy = circuitBreaker(handleAll, { halfOpenAfter: forEver, breaker: new ConsecutiveBreaker(5) });
    await fail((call) => policy.execute(call), 5);
    return measure(() => policy.execute(good));
  },
  "cockatiel, failing": () => {
    const breaker = new ConsecutiveBreaker(calls * 2);
    const policy = circuitBreaker(handleAll, { halfOpenAfter: forEver, breaker });
    return measure(() => policy.execute(bad));
  },
};

// Bare opossum failing with a full window and its percentiles takes milliseconds a call: a few calls tell.
async function opossumFailing() {
  const one = bareOpossum({ volumeThreshold: Number.MAX_SAFE_INTEGER - 1 });
  await fail((call) => one.fire(call), 5000);
  const took = [];
  for (let turn = 0; turn < 50; turn++) {
    const started = performance.now();
    await one.fire(bad).catch(() => undefined);
    took.push((performance.now() - started) * 1000);
  }
  one.shutdown();
  return took.sort((a, b) => a - b);
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** Measures every path in one run and says it; a path of ours must stay below ten microseconds. */
export async function benchBreakers({ say, bar, report }) {
  report.breakers = {};
  const tell = (name, sorted) => {
    const [p50, p99] = [at(sorted, 0.5), at(sorted, 0.99)];
    report.breakers[name] = { p50Us: p50, p99Us: p99 };
    say(`breaker, ${name}: p50 ${p50.toFixed(2)} µs, p99 ${p99.toFixed(2)} µs`);
    return { p50, p99 };
  };
  for (const [name, run] of Object.entries(others)) tell(name, await run());
  tell("opossum, failing, full window with percentiles", await opossumFailing());
  for (const [name, run] of Object.entries(paths)) {
    const { p50, p99 } = tell(name, await run());
    bar(`breaker ${name} p50`, p50, 10, p50 < 10, " µs");
    bar(`breaker ${name} p99`, p99, 10, p99 < 10, " µs");
  }
}
