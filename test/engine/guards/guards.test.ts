import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openConfig } from "../../../src/engine/config.ts";
import { Failure } from "../../../src/engine/errors.ts";
import type { EngineEvent } from "../../../src/engine/events.ts";
import { type Guards, openGuards } from "../../../src/engine/guards/guards.ts";
import { requestBreaker } from "../../../src/engine/guards/requests.ts";
import { temporaryDirectory, until } from "../telemetry/writing.ts";

interface Bench {
  readonly home: string;
  readonly events: EngineEvent[];
  nowMs: number;
  wallMs: number;
  open(...set: string[]): Guards;
}

function bench(): Bench {
  const directory = temporaryDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  const one: Bench = {
    home: directory.path,
    events: [],
    nowMs: 0,
    wallMs: Date.UTC(2026, 0, 1),
    open(...set) {
      const { values } = openConfig({ home: one.home, set }, {});
      const clock = { now: () => one.nowMs, wall: () => one.wallMs };
      const guards = openGuards({ home: one.home, values, clock, emit: (event) => void one.events.push(event) });
      onTestFinished(() => guards.close());
      return guards;
    },
  };
  return one;
}

const down = () => Promise.reject(new Failure("silent", { what: "It was not reached", why: "ECONNREFUSED" }));
const up = () => Promise.resolve("answer");
const codeOf = (error: unknown) => (error instanceof Failure ? error.code : String(error));

async function fail(guards: Guards, times: number): Promise<void> {
  for (let turn = 0; turn < times; turn++)
    await guards
      .breaker("qdrant")
      .run(down)
      .catch(() => undefined);
}

describe("a breaker", () => {
  test("opens after five failures in a row, answers at once when to try again, and closes after two good probes", async () => {
    const one = bench();
    const guards = one.open();
    const breaker = guards.breaker("qdrant");
    await fail(guards, 4);
    expect(await breaker.run(up)).toBe("answer");
    await fail(guards, 4);
    expect(breaker.state()).toMatchObject({ state: "closed", failures: 4 });
    await fail(guards, 1);
    expect(breaker.state()).toMatchObject({ state: "open", failures: 5, retryAfterMs: 30_000 });
    one.nowMs += 12_000;
    let called = false;
    const refused = await breaker
      .run(async () => {
        called = true;
      })
      .catch((error: unknown) => error);
    expect(called).toBe(false);
    expect(refused).toMatchObject({ code: "silent", retryAfterMs: 18_000 });
    expect(refused).toHaveProperty("message", "qdrant was not asked: its breaker is open until 00:00:18 UTC");
    one.nowMs += 18_000;
    expect(await breaker.run(up)).toBe("answer");
    expect(breaker.state().state).toBe("half_open");
    expect(await breaker.run(up)).toBe("answer");
    expect(breaker.state()).toMatchObject({ state: "closed", failures: 0 });
    expect(one.events).toMatchObject(
      [
        { type: "breaker.changed", name: "qdrant", from: "closed", to: "open", why: /5 failures in a row/ },
        { type: "breaker.changed", from: "open", to: "half_open" },
        { type: "breaker.changed", from: "half_open", to: "closed" },
      ].map((event) => ({ ...event, ...("why" in event ? { why: expect.stringMatching(event.why) } : {}) })),
    );
  });

  test("passes the call's own result and its own error on, thrown at once or later", async () => {
    const guards = bench().open();
    const error = new Failure("refused", { what: "It was not kept", why: "422" });
    await expect(guards.breaker("redis").run(() => Promise.reject(error))).rejects.toBe(error);
    const thrown = new Error("thrown at once");
    const atOnce = () => {
      throw thrown;
    };
    await expect(guards.breaker("redis").run(atOnce)).rejects.toBe(thrown);
    expect(guards.breaker("redis").state()).toMatchObject({ failures: 1, lastError: "thrown at once" });
  });

  test("tells what happened in the last ten seconds: calls made, failures and refusals", async () => {
    const one = bench();
    const guards = one.open();
    const breaker = guards.breaker("qdrant");
    for (let turn = 0; turn < 3; turn++) await breaker.run(up);
    await fail(guards, 7);
    expect(breaker.state().recent).toEqual({ calls: 8, failures: 5, refused: 2 });
    one.nowMs += 10_000;
    expect(breaker.state().recent.refused).toBe(0);
  });

  test("opens when too many of the last calls were slow, where that is asked for", async () => {
    const one = bench();
    const guards = one.open("breakers.slowCallMs=100", "breakers.slowCallWindow=4", "breakers.slowCallShare=0.5");
    const take = (ms: number) =>
      guards.breaker("local_llm").run(async () => {
        one.nowMs += ms;
      });
    for (const ms of [10, 200, 10, 10, 10, 200]) await take(ms);
    expect(guards.breaker("local_llm").state().state).toBe("closed");
    await take(200);
    expect(guards.breaker("local_llm").state().state).toBe("open");
    expect(one.events.at(-1)).toMatchObject({ type: "breaker.changed", why: "50 % of the last 4 calls were slow" });
  });

  test("is not listed before it was used, because nothing is known of the dependency", async () => {
    const one = bench();
    const guards = one.open();
    guards.breaker("redis");
    expect(guards.states()).toEqual([]);
    await guards.close();
    expect(existsSync(join(one.home, "breakers.json"))).toBe(false);
    const again = one.open();
    await again.breaker("redis").run(up);
    expect(again.states()).toMatchObject([{ name: "redis", state: "closed" }]);
  });

  test("does not count what says nothing about the dependency: refusals (4xx), wrong settings and aborts", async () => {
    const guards = bench().open();
    const breaker = guards.breaker("remote_llm");
    for (const code of ["refused", "config", "full"] as const) {
      const call = () => Promise.reject(new Failure(code, { what: "It did not work", why: "422" }));
      for (let turn = 0; turn < 10; turn++) await breaker.run(call).catch(() => undefined);
    }
    const aborted = AbortSignal.abort();
    for (let turn = 0; turn < 10; turn++)
      await breaker.run(async () => aborted.throwIfAborted()).catch(() => undefined);
    expect(breaker.state()).toMatchObject({ state: "closed", failures: 0 });
  });

  test("has thresholds of its own where the configuration says so; the local and the remote model stand apart", async () => {
    const guards = bench().open("breakers.overrides=remote_llm.failures=1,remote_llm.openMs=90000");
    const call = () => Promise.reject(new Error("down"));
    await guards
      .breaker("remote_llm")
      .run(call)
      .catch(() => undefined);
    await guards
      .breaker("local_llm")
      .run(call)
      .catch(() => undefined);
    expect(guards.states()).toMatchObject([
      { name: "remote_llm", state: "open", retryAfterMs: 90_000 },
      { name: "local_llm", state: "closed", failures: 1 },
    ]);
    expect(() => openConfig({ set: ["breakers.overrides=nobody.failures=1"] }, {})).toThrow(/breakers.overrides/);
  });

  test("lets at most three probes pass when three are allowed, also when a hundred ask at once", async () => {
    const one = bench();
    const guards = one.open("breakers.probes=3");
    await fail(guards, 5);
    one.nowMs += 30_000;
    const release = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    const calls = Array.from({ length: 100 }, () =>
      guards.breaker("qdrant").run(async () => {
        most = Math.max(most, ++running);
        await release.promise;
        running--;
      }),
    );
    expect(running).toBe(3);
    release.resolve();
    const settled = await Promise.allSettled(calls);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(most).toBe(3);
  });
});

describe("over a restart", () => {
  test("an open breaker stays open for the rest of its time, whatever the clock does", async () => {
    const one = bench();
    const first = one.open();
    await fail(first, 5);
    await first.close();
    one.wallMs += 20_000;
    one.nowMs = 1_000_000;
    const second = one.open();
    expect(second.states()).toMatchObject([{ name: "qdrant", state: "open", failures: 5, retryAfterMs: 10_000 }]);
    await second.close();
    one.wallMs -= 86_400_000;
    expect(one.open().states()).toMatchObject([{ state: "open", retryAfterMs: 30_000 }]);
  });

  test("failures in a row are remembered, and so is a trip by hand", async () => {
    const one = bench();
    const first = one.open();
    await fail(first, 3);
    first.breaker("redis").trip("maintenance");
    await first.close();
    one.wallMs += 3_600_000;
    const second = one.open();
    expect(second.breaker("redis").state()).toMatchObject({
      state: "open",
      tripped: "maintenance",
      retryAfterMs: null,
    });
    await fail(second, 2);
    expect(second.breaker("qdrant").state().state).toBe("open");
  });

  test.each([
    ["cut short", (text: string) => text.slice(0, text.length / 2)],
    ["changed by a hand", (text: string) => text.replace('"open"', '"closed"')],
    ["of another shape", () => '{"schemaVersion":7}'],
    ["empty", () => ""],
  ])("a file that is %s is named and not used", async (_title, damage) => {
    const one = bench();
    const first = one.open();
    await fail(first, 5);
    await first.close();
    const file = join(one.home, "breakers.json");
    writeFileSync(file, damage(readFileSync(file, "utf8")));
    const second = one.open();
    expect(second.states()).toEqual([]);
    expect(one.events.at(-1)).toMatchObject({ type: "breakers.unreadable", file });
    await fail(second, 1);
    await second.close();
    expect(one.open().states()).toMatchObject([{ failures: 1 }]);
  });

  test("a home that cannot be written is said, and the breakers work on", async () => {
    const one = bench();
    const guards = one.open();
    const { home } = one;
    writeFileSync(join(home, "file"), "");
    const nowhere = openGuards({
      home: join(home, "file"),
      values: openConfig({}, {}).values,
      emit: (event) => void one.events.push(event),
    });
    for (let turn = 0; turn < 5; turn++)
      await nowhere
        .breaker("qdrant")
        .run(down)
        .catch(() => undefined);
    await nowhere.close();
    expect(one.events).toContainEqual(expect.objectContaining({ type: "breakers.unsaved" }));
    expect(nowhere.breaker("qdrant").state().state).toBe("open");
    await guards.close();
  });
});

describe("requests by hand from another process", () => {
  test("are followed within a second, once, and by whoever starts later", async () => {
    const one = bench();
    const guards = one.open();
    await guards.breaker("qdrant").run(up);
    await requestBreaker(one.home, "qdrant", "trip", "backup");
    await until(() => guards.breaker("qdrant").state().state === "open", 1000);
    expect(guards.breaker("qdrant").state().tripped).toBe("backup");
    expect(await guards.breaker("qdrant").run(up).catch(codeOf)).toBe("silent");
    await requestBreaker(one.home, "qdrant", "reset", "reset");
    await until(() => guards.breaker("qdrant").state().state === "closed", 1000);
    guards.breaker("qdrant").trip("by the program itself");
    await guards.close();
    expect(one.open().breaker("qdrant").state()).toMatchObject({ state: "open", tripped: "by the program itself" });
    await requestBreaker(one.home, "redis", "trip", "before it starts");
    expect(one.open().breaker("redis").state()).toMatchObject({ state: "open", tripped: "before it starts" });
  });
});
