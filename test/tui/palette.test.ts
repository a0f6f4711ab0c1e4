import { expect, test } from "vitest";
import { rowsOf } from "../../src/cli/tui-actions.ts";
import { actions } from "../../src/services/actions.ts";
import { bindKeys } from "../../src/tui/keys.ts";
import { allKeys } from "../../src/tui/pane-table.ts";
import { calmView, live, service, show } from "./showing.ts";

const rows = rowsOf(actions);
const breaker = {
  name: "redis",
  state: "closed",
  failures: 0,
  retryAt: null,
  tripped: null,
  lastError: "",
  lastErrorAt: null,
} as const;
const view = calmView({ services: live([service("api"), service("web"), service("web-cache")]), breakers: [breaker] });

test("behind an action the palette offers the names it takes, and tab takes the first", () => {
  const shown = show(view, { rows }).keys(":").type("restart we");
  expect(shown.text()).toMatch(/restart web /);
  expect(shown.text()).toMatch(/restart web-cache /);
  expect(shown.text()).not.toMatch(/restart api|no command matches/);
  shown.keys("tab").type("a").keys("tab", "enter");
  expect(shown.done).toEqual(["run restart web api"]);
  shown.keys(":").type("breakers trip r").keys("down", "enter");
  expect(shown.done.at(-1)).toBe("run breakers trip redis");
});

test("an action with words the palette does not know is still the one that runs", () => {
  const shown = show(view, { rows }).keys(":").type("logs web --tail 5");
  expect(shown.text()).toMatch(/logs web --tail 5 +Print the services' logs/);
  shown.keys("enter");
  expect(shown.done).toEqual(["run logs web --tail 5"]);
});

test("how an action goes on stands there once its name is typed", () => {
  expect(show(view, { rows }).keys(":").type("exec ").text()).toMatch(/exec <service> /);
});

test("where help and the other commands are is said in every pane, however narrow", () => {
  for (const columns of [80, 100, 160]) {
    const shown = show(view, { rows, size: { columns, rows: 24 } });
    for (const key of ["1", "2", "3", "4", "5", "6", "7", "8"]) {
      const footer = shown.keys(key).rows().at(-1) ?? "";
      expect([key, footer]).toEqual([key, expect.stringMatching(/: command +\? help *$/)]);
      expect(footer.length).toBeLessThanOrEqual(columns);
    }
  }
});

test("a key that does the same everywhere is not named twice", () => {
  const keys = bindKeys(allKeys, ["X=stop {name}"]);
  const footer = show(view, { rows, keys, size: { columns: 160, rows: 24 } })
    .keys("2")
    .rows()
    .at(-1);
  expect(footer?.match(/x stop/gi)).toHaveLength(1);
});
