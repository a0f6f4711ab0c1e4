import { appendFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Failure } from "../../src/engine/errors.ts";
import { openGuards } from "../../src/engine/guards/guards.ts";
import { requestBreaker } from "../../src/engine/guards/requests.ts";
import { forgetRefusals, readRefusals } from "../../src/engine/refusals.ts";
import { engineBench, lessonLine, listSink } from "./lists.ts";
import { until } from "./telemetry/writing.ts";

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `n${from + index}`);
const lines = (from: number, to: number) =>
  names(from, to)
    .map((name) => lessonLine(name))
    .join("");
const silent = () => {
  throw new Failure("silent", { what: "It was not reached", why: "ECONNREFUSED", hint: "Start it" });
};
const refusing = (bad: string) => (batch: { lessons: readonly { response: string }[] }) => {
  if (batch.lessons.some(({ response }) => response.endsWith(bad))) {
    throw new Failure("refused", { what: "The lesson was not kept", why: `${bad} is poison` });
  }
};

describe("a sink in trouble, beside one that is well", () => {
  test("waits behind its breaker without spinning, its lag grows visibly, and it catches up by itself", async () => {
    const bench = engineBench();
    const config = bench.config("breakers.openMs=300");
    const guards = openGuards({
      home: bench.home,
      values: config.values,
      emit: (event) => void bench.events.push(event),
    });
    onTestFinished(() => guards.close());
    const sick = listSink("sick", { dependency: "qdrant" });
    const well = listSink("well");
    sick.trouble = silent;
    appendFileSync(bench.log, lines(0, 30));
    const engine = bench.open([sick, well], { config, guards });
    bench.start(engine);
    await until(() => guards.breaker("qdrant").state().state === "open");
    expect(well.lessons).toHaveLength(30);
    const takes = sick.takes;
    const lagBefore = engine.progress[0]?.lagBytes ?? 0;
    expect(lagBefore).toBeGreaterThan(0);
    appendFileSync(bench.log, lines(30, 60));
    await until(() => well.lessons.length === 60 && (engine.progress[0]?.lagBytes ?? 0) > lagBefore);
    expect(engine.progress[0]?.waiting).toMatch(/qdrant was not asked|ECONNREFUSED/);
    expect(engine.progress[1]).toMatchObject({ waiting: "", lagBytes: 0 });
    // One probe each 300 ms or more, whatever the time that has passed: never one for each look.
    const waited = bench.events.filter((event) => event.type === "sink.waiting").length;
    expect(sick.takes - takes).toBeLessThanOrEqual(waited);
    sick.trouble = () => undefined;
    await until(() => sick.lessons.length === 60);
    await until(() => engine.progress[0]?.lagBytes === 0 && engine.progress[0].waiting === "");
    expect(new Set(sick.lessons).size).toBe(60);
    expect(guards.breaker("qdrant").state().state).toMatch(/closed|half_open/);
    expect(bench.events).toContainEqual(expect.objectContaining({ type: "sink.resumed", sink: "sick" }));
  });

  test("goes on within a second when its breaker is reset by hand", async () => {
    const bench = engineBench();
    const config = bench.config("breakers.failures=1");
    const guards = openGuards({
      home: bench.home,
      values: config.values,
      emit: (event) => void bench.events.push(event),
    });
    onTestFinished(() => guards.close());
    const sick = listSink("sick", { dependency: "postgresql" });
    sick.trouble = silent;
    appendFileSync(bench.log, lines(0, 10));
    bench.start(bench.open([sick], { config, guards }));
    await until(() => bench.events.some((event) => event.type === "sink.waiting" && event.why.includes("is open")));
    sick.trouble = () => undefined;
    await requestBreaker(bench.home, "postgresql", "reset", "mended");
    await until(() => sick.lessons.length === 10, 1500);
  });

  test.each([
    [
      "a wrong password",
      new Failure("config", { what: "PostgreSQL was not used", why: "the password is wrong", hint: "Mend it" }),
    ],
    ["a server that stopped half way", new Failure("timeout", { what: "It was not kept", why: "no answer in 5 s" })],
    ["an error nobody expected", new Error("read ECONNRESET")],
  ])("%s stops only the sink it belongs to, which says so and recovers when it is mended", async (_title, error) => {
    const bench = engineBench();
    const sick = listSink("sick", { dependency: "postgresql" });
    const well = listSink("well");
    sick.loadTrouble = () => Promise.reject(error);
    appendFileSync(bench.log, lines(0, 10));
    const config = bench.config("learning.slowRetryMs=200");
    const engine = bench.open([sick, well], { config, guessLag: () => 4711 });
    bench.start(engine);
    await until(() => well.lessons.length === 10 && engine.progress[0]?.waiting !== "");
    expect(engine.progress[0]?.waiting).toContain(error.message);
    expect(engine.progress[0]).toMatchObject({ measured: false, lagBytes: 4711 });
    sick.loadTrouble = () => undefined;
    await until(() => sick.lessons.length === 10);
    expect(engine.progress[0]).toMatchObject({ measured: true, waiting: "" });
  });

  test("learning once ends with what is left instead of waiting for ever, and the other sink has everything", async () => {
    const bench = engineBench();
    const [sick, putOff, well] = [
      listSink("sick", { dependency: "qdrant" }),
      listSink("put-off", { optional: true }),
      listSink("well"),
    ];
    sick.trouble = silent;
    appendFileSync(bench.log, lines(0, 10));
    const config = bench.config("learning.onceWaitMs=300", "backpressure.pauseBytes=100");
    const error = await bench
      .start(bench.open([sick, putOff, well], { config }), true)
      .ended.catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: "dependency", hint: "Start it. Then type: aistack learn --once" });
    expect(String(error)).toMatch(
      /what is left waits in the logs: sick has not taken everything: for \d+ s It was not/,
    );
    expect([well.lessons.length, putOff.lessons.length, sick.lessons.length]).toEqual([10, 10, 0]);
    sick.trouble = () => undefined;
    await bench.start(bench.open([sick, putOff, well], { config }), true).ended;
    expect([well.lessons.length, putOff.lessons.length, sick.lessons.length]).toEqual([10, 10, 10]);
  });
});

describe("a poisoned lesson", () => {
  test("is found, listed with its sink, its place and why, and everything else goes on in both sinks", async () => {
    const bench = engineBench();
    const [sick, well] = [listSink("sick", { dependency: "qdrant" }), listSink("well")];
    sick.trouble = refusing("n37");
    appendFileSync(bench.log, lines(0, 250));
    await bench.start(bench.open([sick, well]), true).ended;
    expect(well.lessons).toHaveLength(250);
    expect(sick.lessons).toHaveLength(249);
    const [only, ...more] = readRefusals(bench.home);
    expect(more).toEqual([]);
    expect(only).toMatchObject({ sink: "sick", file: bench.log, why: expect.stringContaining("n37 is poison") });
    expect(only?.offset).toBe(Buffer.byteLength(lines(0, 37)));
    expect(only?.bytes).toBe(Buffer.byteLength(lessonLine("n37")));
  });

  test("is listed once however often it comes, survives a torn list, and leaves it when it is forgotten", async () => {
    const bench = engineBench();
    const sick = listSink("sick");
    sick.trouble = refusing("n3");
    appendFileSync(bench.log, lines(0, 5));
    await bench.start(bench.open([sick]), true).ended;
    appendFileSync(`${bench.home}/refused.jsonl`, '{"sink":"sick","les');
    sick.cursors.clear();
    await bench.start(bench.open([sick]), true).ended;
    appendFileSync(bench.log, lessonLine("another n3"));
    await bench.start(bench.open([sick]), true).ended;
    const refusals = readRefusals(bench.home);
    expect(refusals).toHaveLength(2);
    await forgetRefusals(bench.home, refusals.slice(0, 1));
    expect(readRefusals(bench.home)).toEqual(refusals.slice(1));
  });

  test("of many the newest are kept, as many as the configuration says", async () => {
    const bench = engineBench();
    const sick = listSink("sick");
    sick.trouble = refusing("x");
    appendFileSync(
      bench.log,
      names(0, 50)
        .map((name) => lessonLine(`${name}x`))
        .join(""),
    );
    await bench.start(bench.open([sick], { config: bench.config("learning.rejectedKept=10") }), true).ended;
    const left = readRefusals(bench.home);
    expect(left.length).toBeGreaterThanOrEqual(10);
    expect(left.length).toBeLessThanOrEqual(20);
    expect(left.at(-1)?.why).toContain("x is poison");
  });
});

test("a source that gives events and no lesson is told while it is followed, once, until it yields", async () => {
  const bench = engineBench();
  const sink = listSink("rows");
  const engine = bench.open([sink], {
    config: bench.config("learning.zeroYieldEvents=20", "learning.checkpointEvents=5"),
  });
  bench.start(engine);
  appendFileSync(bench.log, '{"event":"task_submitted"}\n'.repeat(60));
  await until(() => engine.progress[0]?.events === 60);
  const alarms = () => bench.events.filter((event) => event.type === "zero.yield");
  const source = join(dirname(bench.log), "*-events.jsonl");
  expect(alarms()).toEqual([{ type: "zero.yield", source, dialect: "ralph", events: 20, reasons: { task_step: 20 } }]);
  expect(engine.zeroYield()).toMatchObject([{ source, events: 60 }]);
  appendFileSync(bench.log, lessonLine("one"));
  await until(() => sink.lessons.length === 1);
  await until(() => engine.zeroYield().length === 0);
  expect(alarms()).toHaveLength(1);
});
