import { expect, test } from "vitest";
import { rowsOf } from "../../src/cli/tui-actions.ts";
import { actions } from "../../src/services/actions.ts";
import { foldEvent } from "../../src/services/observe/fold.ts";
import { bindKeys } from "../../src/tui/keys.ts";
import { allKeys } from "../../src/tui/pane-table.ts";
import { calmView, live, now, service, show } from "./showing.ts";

const rows = rowsOf(actions);
const many = live([
  ...Array.from({ length: 13 }, (_, at) => service(`s${at}`)),
  service("broken", { phase: "failed", why: "it ended with 3" }),
]);

test.each([
  [80, 24],
  [100, 30],
])(
  "where not every service fits on the overview, %d by %d, those in trouble do, and the rest is counted",
  (columns, high) => {
    const shown = show(calmView({ services: many }), { size: { columns, rows: high } });
    expect(shown.rows().slice(3).join("\n")).toMatch(/✖ broken +failed/);
    const seen = shown.text().match(/● s\d+ /g)?.length ?? 0;
    const more = Number(/and (\d+) more/.exec(shown.text())?.[1]);
    expect(seen + 1 + more).toBe(14);
  },
);

test("details are words, one to a row, and a long one is shown whole", () => {
  const why = `it ended: ${"because of this and that ".repeat(8)}THE END`;
  const list = [service("db"), service("web", { phase: "failed", why, dependsOn: ["db"] })];
  const shown = show(calmView({ services: live(list) })).keys("2", "enter");
  expect(shown.text()).toMatch(/needed by +web/);
  expect(shown.text()).not.toContain("{");
  shown.keys("esc", "j", "enter");
  expect(shown.text()).toMatch(/waits for +db/);
  expect(shown.text()).toContain("THE END");
  expect(shown.text()).toMatch(/esc close +y copy +P pager/);
  shown.keys("P");
  expect(shown.done.at(-1)).toContain("page state");
});

test("the help is narrowed like any list", () => {
  const shown = show(calmView(), { rows }).keys("?", "/").type("clipboard").keys("enter");
  expect(shown.text()).toMatch(/y +copy/);
  expect(shown.text()).not.toMatch(/quit +Leave/);
  shown.keys("/", "ctrl+u").type("zzzz").keys("enter");
  expect(shown.text()).toContain("no key and no command matches");
  shown.keys("esc");
  expect(shown.text()).toMatch(/quit +Leave/);
});

test("the help names keys of one's own, whatever they do", () => {
  const keys = bindKeys(allKeys, ["X=stop {name}", "ctrl+r=restart {name}"]);
  const custom = [{ name: "mine", sentence: "Do mine", run: ["status"], key: "M", scope: "services" }];
  const shown = show(calmView(), { rows, keys, custom, size: { columns: 120, rows: 60 } }).keys("?");
  expect(shown.text()).toMatch(/X +stop \{name\} +Stop services/);
  expect(shown.text()).toMatch(/ctrl\+r +restart \{name\}/);
  expect(shown.keys("/").type("mine").text()).toMatch(/M +mine +In services: Do mine/);
});

test("a filter is not asked for where there is no list", () => {
  const shown = show(calmView()).keys("/");
  expect(shown.screen.prompt).toBeNull();
  expect(shown.text()).toContain("There is no list to narrow here");
});

test("a command that takes its time is named until it has ended, whatever else is pressed", () => {
  const shown = show(calmView({ services: many }))
    .set({ running: ["up", "restart s1"] })
    .keys("2", "j");
  expect(shown.rows().at(-1)).toMatch(/^ up and 1 more … /);
  expect(shown.set({ running: [] }).rows().at(-1)).not.toContain("up and");
});

test("published ports are told in few words", () => {
  const ports = ["127.0.0.1:5432->5432/tcp", "127.0.0.1:8088->80/tcp", "0.0.0.0:53->53/udp"];
  const shown = show(calmView({ services: live([service("db", { ports })]) }), { size: { columns: 160, rows: 24 } });
  expect(shown.keys("2").text()).toContain("5432 8088->80 0.0…");
});

test("read-only offers what only looks", () => {
  const shown = show(calmView({ services: many }), { rows, readOnly: true }).keys("2", ":");
  expect(shown.text()).not.toMatch(/^ (stop|restart|up|exec) /m);
  expect(shown.text()).toMatch(/^ status /m);
  shown.type("stop s1").keys("enter");
  expect(shown.screen.message?.text).toBe("Read-only: stop changes something");
});

test("the graph tells how long each service took to be ready", () => {
  const startedAt = new Date(now - 2500).toISOString();
  const list = [service("db", { startedAt, phase: "starting" }), service("web", { dependsOn: ["db"] })];
  const at = new Date(now).toISOString();
  let view = foldEvent(calmView({ services: live(list) }), at, {
    type: "service.phase",
    service: "db",
    phase: "healthy",
    why: "",
  });
  view = foldEvent(view, at, { type: "stack.ready", service: "web", condition: "started", afterMs: 340 });
  const text = show(view, { size: { columns: 120, rows: 24 } })
    .keys("7")
    .text();
  expect(text).toMatch(/after first +ready in/);
  expect(text).toMatch(/ db .+ 2\.5s/);
  expect(text).toMatch(/ web .+ 340ms/);
});

test("where it is wide, each sink tells how far it came and how long saving its place took", () => {
  const view = calmView();
  const sinks = view.sinks.map((sink) => ({ ...sink, lessons: 120, checkpointMs: 12 }));
  const shown = show(calmView({ sinks }), { size: { columns: 160, rows: 45 } }).keys("3");
  expect(shown.text()).toMatch(/● rows .+ up to date +place saved in +12ms +120 lessons/);
});
