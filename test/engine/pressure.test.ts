import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../src/engine/errors.ts";
import type { EngineEvent } from "../../src/engine/events.ts";
import { markIntake, readIntake } from "../../src/engine/intake.ts";
import { openPressure } from "../../src/engine/pressure.ts";
import { openRate, secondsFor } from "../../src/engine/rate.ts";
import { engineBench, lessonLine, listSink } from "./lists.ts";
import { temporaryDirectory, until } from "./telemetry/writing.ts";

const lines = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => lessonLine(`${prefix}${index}`)).join("");

test("intake pauses above the bound and resumes below 80 % of it, by the sink that is furthest behind", () => {
  const events: EngineEvent[] = [];
  const bounds = { "backpressure.pauseBytes": 100, "backpressure.resumeShare": 0.8 };
  const pressure = openPressure(bounds, (event) => void events.push(event));
  const seen = [
    [0, 100],
    [101, 5],
    [90, 80],
    [5, 80],
    [79, 79],
    [100, 100],
  ].map((lags) => {
    pressure.weigh(lags);
    return pressure.paused();
  });
  expect(seen).toEqual([false, true, true, true, false, false]);
  expect(events).toEqual([
    { type: "pressure.changed", paused: true, backlogBytes: 101 },
    { type: "pressure.changed", paused: false, backlogBytes: 79 },
  ]);
});

test("while an essential store is down optional work is put off; when it returns all is learned and it resumes by itself", async () => {
  const bench = engineBench();
  const [essential, other, optional] = [
    listSink("essential", { dependency: "postgresql" }),
    listSink("other"),
    listSink("optional", { optional: true }),
  ];
  let down = true;
  let drainedWhenResumed = 0;
  essential.trouble = () => {
    if (down) throw new Failure("silent", { what: "It was not kept", why: "ECONNREFUSED" });
  };
  appendFileSync(bench.log, lines("a", 200));
  const size = lines("a", 200).length;
  const config = bench.config(`backpressure.pauseBytes=${Math.floor(size / 2)}`, "learning.checkpointEvents=10");
  const emit = (event: EngineEvent) => {
    bench.events.push(event);
    if (event.type === "pressure.changed" && !event.paused) drainedWhenResumed = essential.lessons.length;
  };
  const engine = bench.open([essential, other, optional], { config, emit });
  bench.start(engine);
  await until(() => other.lessons.length === 200 && (engine.progress[0]?.waiting ?? "") !== "");
  expect(engine.pressure.paused()).toBe(true);
  expect(optional.lessons.length).toBeLessThan(200);
  await until(() => engine.progress[2]?.waiting === "It is put off while the backlog is too large");
  const before = optional.takes;
  appendFileSync(bench.log, lines("b", 20));
  await until(() => other.lessons.length === 220 && engine.pressure.backlogBytes() > size);
  expect(optional.takes).toBe(before);
  down = false;
  await until(() => [essential, other, optional].every(({ lessons }) => lessons.length === 220));
  expect(engine.pressure.paused()).toBe(false);
  await until(() => engine.progress.every(({ waiting }) => waiting === ""));
  expect(drainedWhenResumed).toBeGreaterThan(120);
  expect(drainedWhenResumed).toBeLessThan(160);
  const changes = bench.events.flatMap((event) => (event.type === "pressure.changed" ? [event.paused] : []));
  expect(changes.slice(-2)).toEqual([true, false]);
});

test("producers see the pause as a file that is there or not; a torn one is no pause", () => {
  using directory = temporaryDirectory();
  const home = directory.path;
  expect(readIntake(home)).toBe(null);
  const pause = { since: new Date().toISOString(), backlogBytes: 1, resumeBytes: 2 };
  markIntake(home, pause);
  expect(readIntake(home)).toEqual(pause);
  markIntake(home, null);
  markIntake(home, null);
  expect(existsSync(join(home, "intake.paused"))).toBe(false);
  appendFileSync(join(home, "intake.paused"), '{"since":');
  expect(readIntake(home)).toBe(null);
});

test("a rate is what the count grew by, averaged over about ten seconds, and comes to rest at nothing", () => {
  let now = 0;
  const rate = openRate(() => now);
  expect(rate.look(0)).toBe(0);
  for (let second = 1; second <= 60; second++) {
    now += 1000;
    expect(rate.look(second * 500)).toBe(500);
  }
  now += 10_000;
  expect(rate.look(30_000)).toBe(Math.round(500 / Math.E));
  for (let second = 0; second < 100; second++) {
    now += 1000;
    rate.look(30_000);
  }
  expect(rate.look(30_000)).toBe(0);
  expect([secondsFor(0, 0), secondsFor(10, 0), secondsFor(10, 3)]).toEqual([0, null, 4]);
});
