import { expect, test } from "vitest";
import { rowsOf } from "../../src/cli/tui-actions.ts";
import { actions } from "../../src/services/actions.ts";
import { actionOf } from "../../src/tui/actions.ts";
import { bindKeys, commandOf, keyOf } from "../../src/tui/keys.ts";
import { allKeys, allScreenCommands, panes } from "../../src/tui/pane-table.ts";

// The very actions that the console offers.
const rows = rowsOf(actions);
const screen = new Set(allScreenCommands.map(({ name }) => name));

test("every key names a command of the screen or an action", () => {
  for (const { key, command } of allKeys) {
    expect([key, command, screen.has(command) || actionOf(command, rows) !== null]).toEqual([key, command, true]);
  }
});

test("every command of the screen has a key and a sentence", () => {
  for (const { name, sentence, pane } of allScreenCommands) {
    expect([name, keyOf(allKeys, pane ?? "", name)]).not.toEqual([name, ""]);
    expect(sentence).toMatch(/^[A-Z]/);
  }
});

test("no command of the screen takes the name of an action", () => {
  expect(rows.filter(({ name }) => screen.has(name)).map(({ name }) => name)).toEqual([]);
});

test("no key means two things in one place", () => {
  const places = allKeys.map(({ key, pane }) => `${pane ?? ""} ${key}`);
  expect(places.filter((place, at) => places.indexOf(place) !== at)).toEqual([]);
});

test("every pane has a name, a title and a key of its own", () => {
  for (const part of ["name", "title", "key"] as const)
    expect(new Set(panes.map((pane) => pane[part])).size).toBe(panes.length);
});

test("a pane's own key wins over the one that means something everywhere", () => {
  expect(commandOf(allKeys, "overview", "right")).toBe("next pane");
  expect(commandOf(allKeys, "logs", "right")).toBe("log source");
  expect(commandOf(allKeys, "overview", "t")).toBeNull();
});

test("keys are given another meaning or none by configuration", () => {
  const bound = bindKeys(allKeys, ["x=quit", "q=none", "ctrl+r=rotate"]);
  expect(commandOf(bound, "overview", "x")).toBe("quit");
  expect(commandOf(bound, "overview", "q")).toBeNull();
  expect(commandOf(bound, "learning", "ctrl+r")).toBe("rotate");
  expect(keyOf(bound, "overview", "quit")).not.toBe("q");
});
