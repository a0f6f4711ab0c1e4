import { describe, expect, onTestFinished, test } from "vitest";
import { type Admission, openBuckets } from "../../../src/engine/guards/bucket.ts";
import { openLimiter } from "../../../src/engine/guards/limiter.ts";
import { until } from "../telemetry/writing.ts";

const taken = (all: readonly Admission[]) => all.filter((one) => one.taken).length;
const burst = (take: () => Admission, times: number) => Array.from({ length: times }, take);

describe("sixty requests a minute for each caller", () => {
  test("of a burst of 100, 60 pass and 40 are told in how many seconds to come again", () => {
    let now = 0;
    const buckets = openBuckets({}, () => now);
    const all = burst(() => buckets.take("a"), 100);
    expect(taken(all)).toBe(60);
    expect(all.slice(60)).toEqual(Array(40).fill({ taken: false, retryAfterSeconds: 1 }));
    now += 999;
    expect(buckets.take("a")).toEqual({ taken: false, retryAfterSeconds: 1 });
    now += 1;
    expect(buckets.take("a")).toEqual({ taken: true });
    expect(buckets.take("a").taken).toBe(false);
    now += 10_000;
    expect(taken(burst(() => buckets.take("a"), 100))).toBe(10);
    now += 3_600_000;
    expect(taken(burst(() => buckets.take("a"), 100))).toBe(60);
  });

  test("over any ten minutes no caller gets more than the burst and the rate together", () => {
    let now = 0;
    const buckets = openBuckets({ perMinute: 60, burst: 60 }, () => now);
    let passed = 0;
    for (; now < 600_000; now += 37) if (buckets.take("a").taken) passed++;
    expect(passed).toBeGreaterThanOrEqual(658);
    expect(passed).toBeLessThanOrEqual(660);
  });

  test("a slow bucket tells the true time", () => {
    const buckets = openBuckets({ perMinute: 0.5, burst: 1 }, () => 0);
    expect([buckets.take("a"), buckets.take("a")]).toEqual([{ taken: true }, { taken: false, retryAfterSeconds: 120 }]);
  });

  test("callers do not take from each other, and those that are quiet are forgotten", () => {
    let now = 0;
    const buckets = openBuckets({ perMinute: 60, burst: 60 }, () => now);
    burst(() => buckets.take("a"), 100);
    expect(taken(burst(() => buckets.take("b"), 100))).toBe(60);
    for (let caller = 0; caller < 10_000; caller++) buckets.take(`one-off ${caller}`);
    expect(buckets.size()).toBe(10_002);
    now += 60_001;
    expect(taken(burst(() => buckets.take("a"), 100))).toBe(60);
    expect(buckets.size()).toBe(1);
  });
});

describe("calls to a dependency", () => {
  test("are never more at once than allowed, and all are made", async () => {
    const limiter = openLimiter({ callsAtOnce: 3, callsPerSecond: null });
    onTestFinished(() => limiter.close());
    let running = 0;
    let most = 0;
    const { signal } = new AbortController();
    const call = async (value: number) => {
      most = Math.max(most, ++running);
      await until(() => most >= 3);
      running--;
      return value;
    };
    const values = await Promise.all(
      Array.from({ length: 40 }, (_, value) => limiter.run(() => call(value), { signal })),
    );
    expect(values).toEqual(Array.from({ length: 40 }, (_, value) => value));
    expect(most).toBe(3);
    expect(limiter.counts()).toEqual({ running: 0, waiting: 0 });
  });

  test("are spaced evenly when a rate is set", async () => {
    const limiter = openLimiter({ callsAtOnce: null, callsPerSecond: 50 });
    onTestFinished(() => limiter.close());
    const { signal } = new AbortController();
    const started = performance.now();
    await Promise.all(Array.from({ length: 11 }, () => limiter.run(async () => undefined, { signal })));
    expect(performance.now() - started).toBeGreaterThanOrEqual(195);
  });

  test("a call that waits is given up by an abort and never made; errors and the others are not touched", async () => {
    const limiter = openLimiter({ callsAtOnce: 1, callsPerSecond: null });
    onTestFinished(() => limiter.close());
    const stop = new AbortController();
    const stay = new AbortController();
    const first = Promise.withResolvers<string>();
    const made: string[] = [];
    const one = limiter.run(() => first.promise, { signal: stop.signal });
    const two = limiter.run(async () => void made.push("two"), { signal: stop.signal });
    const three = limiter.run(() => Promise.reject(new Error("three")), { signal: stay.signal });
    await until(() => limiter.counts().waiting === 2 && limiter.counts().running === 1);
    stop.abort(new Error("stopped"));
    await expect(two).rejects.toThrow("stopped");
    first.resolve("one");
    expect(await one).toBe("one");
    await expect(three).rejects.toThrow("three");
    expect(made).toEqual([]);
  });
});
