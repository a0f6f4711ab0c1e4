import { expect, test } from "vitest";
import { openConfig } from "../../../src/engine/config.ts";
import { sizeWords } from "../../../src/services/observe/amounts.ts";
import { farewellOf } from "../../../src/services/observe/farewell.ts";
import { firstView } from "../../../src/services/observe/first-view.ts";
import { change, foldEvent } from "../../../src/services/observe/fold.ts";
import { addSecond, isAtRest, noRates } from "../../../src/services/observe/rates.ts";
import { calmView, live, service, show } from "../../tui/showing.ts";

const at = "2026-03-01T12:00:00.000Z";

test("before anything was measured everything is unknown", () => {
  const view = firstView(openConfig({ home: "/nowhere" }, {}), at);
  expect(view.verdict).toEqual({ level: "unknown", text: "Syncing" });
  expect([view.learned, view.breakers, view.disk, view.pressure.backlogBytes, view.pressure.paused]).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(view.sinks.every(({ lagBytes, checkpointAt }) => lagBytes === null && checkpointAt === null)).toBe(true);
});

test("a snapshot is never changed, only followed by another", () => {
  const view = Object.freeze(calmView());
  const next = foldEvent(view, at, {
    type: "sink.waiting",
    sink: "vectors",
    why: "refused",
    code: "silent",
    retryMs: 100,
  });
  expect(view.verdict.text).toBe("All well");
  expect(next.verdict.text).toBe("Needs a look");
  expect(next.attention).toMatchObject({ pane: "learning", item: "vectors", level: "warn" });
  const mended = foldEvent(next, at, { type: "sink.resumed", sink: "vectors", afterMs: 10 });
  expect([mended.verdict.text, mended.attention]).toEqual(["All well", null]);
  expect(mended.happenings.map(({ level }) => level)).toEqual(["warn", "good"]);
});

test("the worst thing is what attention is asked for", () => {
  const open = {
    name: "qdrant",
    state: "open",
    failures: 5,
    retryAt: null,
    tripped: null,
    lastError: "refused",
    lastErrorAt: at,
  } as const;
  const view = calmView({ breakers: [open] });
  expect(view.attention?.text).toBe("breaker qdrant is open: refused");
  const worse = change(view, {
    services: live([service("db", { phase: "failed", why: "it ended with 1" })]),
  });
  expect(worse.attention).toMatchObject({
    level: "bad",
    text: "db has failed: it ended with 1",
    pane: "services",
    item: "db",
  });
  const worst = change(worse, { learner: { ...view.learner, state: "stopped" } });
  expect(worst.attention?.text).toBe("nobody learns here; type :learner start");
});

test.each([
  [0, "db: it ended with 1; Podman has started it again"],
  [1500, "db: it ended with 1; restart in 1.5 s"],
  [null, "db: it ended with 1"],
])("a death is told with what comes after it (%s)", (restartMs, text) => {
  const died = { type: "service.died", service: "db", exitCode: 1, why: "it ended with 1", restartMs } as const;
  expect(foldEvent(calmView(), at, died).happenings).toMatchObject([{ level: "bad", text }]);
});

test("amounts are told in units a person reads", () => {
  const waiting = { type: "sink.waiting", sink: "rows", why: "refused", code: "silent" } as const;
  const told = (retryMs: number) => foldEvent(calmView(), at, { ...waiting, retryMs }).happenings[0]?.text;
  expect([told(216.4), told(9051)]).toEqual(["rows waits 216 ms: refused", "rows waits 9.1 s: refused"]);
  expect([1023, 1536, 23_909_336, 8e12].map(sizeWords)).toEqual(["1023 bytes", "1.5 KiB", "22.8 MiB", "7.3 TiB"]);
});

test("five hundred happenings are kept, and each has a number of its own", () => {
  let view = calmView();
  for (let turn = 0; turn < 600; turn++)
    view = foldEvent(view, at, { type: "sink.resumed", sink: `s${turn}`, afterMs: 1 });
  expect(view.happenings).toHaveLength(500);
  expect(new Set(view.happenings.map(({ id }) => id)).size).toBe(500);
  expect(view.happenings.at(-1)?.text).toBe("s599 goes on");
});

test("the same thing said once more is counted, and does not push out the rest", () => {
  const waiting = { type: "stack.waiting", for: "the stack's lock", why: "another process changes it" } as const;
  let view = foldEvent(calmView(), at, { type: "sink.resumed", sink: "rows", afterMs: 1 });
  for (let turn = 0; turn < 14; turn++) view = foldEvent(view, at, waiting);
  view = foldEvent(view, at, { type: "sink.resumed", sink: "rows", afterMs: 1 });
  expect(view.happenings.map(({ times }) => times)).toEqual([1, 14, 1]);
  expect(show(view).keys("6").text()).toContain("14 times: waiting for the stack's lock");
});

test("rates come to rest a few seconds after the last event", () => {
  let rates = addSecond(noRates, { events: 5, lessons: 1, backlogBytes: 10 });
  for (let second = 0; second < 5; second++) rates = addSecond(rates, { events: 0, lessons: 0, backlogBytes: 0 });
  expect(isAtRest(rates)).toBe(false);
  rates = addSecond(rates, { events: 0, lessons: 0, backlogBytes: 0 });
  expect(isAtRest(rates)).toBe(true);
});

test("closing says what keeps running and what does not", () => {
  const view = calmView({
    services: live([service("web"), service("job", { phase: "completed" })]),
  });
  expect(farewellOf(view)).toEqual([
    "1 service keeps running: web. To stop them, type: aistack down",
    "The learner here has stopped, and nothing is lost. To go on: aistack learn",
  ]);
  const other = change(view, { learner: { ...view.learner, state: "elsewhere", pid: 7, command: "aistack learn" } });
  expect(farewellOf(other).at(-1)).toBe("Process 7 (aistack learn) goes on learning.");
});
