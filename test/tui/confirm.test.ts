import { expect, test } from "vitest";
import { rowsOf } from "../../src/cli/tui-actions.ts";
import { splitWords } from "../../src/cli/words.ts";
import { actions } from "../../src/services/actions.ts";
import { calmView, live, service, show } from "./showing.ts";

const rows = rowsOf(actions);
const view = calmView({ services: live([service("api"), service("web")]) });

test("the question says what a flag loses too, and a yes to it is said to the command", () => {
  const shown = show(view, { rows }).keys(":").type("down --volumes").keys("enter");
  expect(shown.text()).toMatch(/every volume with all data in\s+it/);
  expect(shown.text()).not.toContain("Volumes stay");
  shown.keys("y");
  expect(shown.done).toEqual(["run down --volumes --yes"]);
  shown.keys(":").type("down").keys("enter");
  expect(shown.text()).toContain("Volumes stay");
  shown.keys("n", ":").type("down --volumes --dry-run").keys("enter");
  expect(shown.done.at(-1)).toBe("run down --volumes --dry-run");
});

test("stopping or restarting everything is asked about, one service is not", () => {
  const shown = show(view, { rows }).keys("2", ":").type("restart").keys("enter");
  expect(shown.text()).toContain("No service is named, so every one of the stack starts anew");
  shown.keys("n", ":").type("restart web").keys("enter");
  expect(shown.done).toEqual(["run restart web"]);
  shown.keys("x");
  expect(shown.done.at(-1)).toBe("run stop api");
});

test("a command of one's own keeps its words together, and its question says what runs", () => {
  const run = ["exec", "{name}", "--", "sh", "-c", "echo hello {who}; echo 'bye'"];
  const custom = [
    { name: "greet", sentence: "Greet", run, key: "H", inputs: ["who"] },
    { name: "renew", sentence: "Renew", run: ["restart", "{name}"], confirm: "Clients lose their connection." },
  ];
  const shown = show(view, { rows, custom }).keys("2", ":").type("greet").keys("enter");
  shown.type('"you" all').keys("enter");
  const line = shown.done.at(-1)?.replace("run ", "") ?? "";
  expect(splitWords(line)).toEqual(["exec", "api", "--", "sh", "-c", `echo hello "you" all; echo 'bye'`]);
  shown.keys("space", "space", ":").type("renew").keys("enter");
  expect(shown.text()).toContain("renew: restart api web");
  expect(shown.text()).toContain("Clients lose their connection.");
  shown.keys("y");
  expect(shown.done.at(-1)).toBe("run restart api web");
});

test("leaving while something that changes the stack is under way is asked about; what only reads is not", () => {
  const shown = show(view, { rows }).set({ running: ["logs web", "down --volumes --yes"] });
  shown.keys("q");
  expect(shown.text()).toContain("down --volumes --yes is under way, and leaving now ends it halfway");
  expect(shown.text()).toContain("y leave   n stay");
  shown.keys("x", "n", "q", "q");
  expect(shown.text()).not.toContain("is under way");
  expect(shown.done).toEqual([]);
  shown.keys("q", "y");
  expect(shown.done).toEqual(["quit"]);
  shown.keys("ctrl+c", "ctrl+c");
  expect(shown.done).toEqual(["quit", "quit"]);
  shown.set({ running: ["logs web"] }).keys("q");
  expect(shown.done).toEqual(["quit", "quit", "quit"]);
});
