import { expect, test } from "vitest";
import { rowsOf } from "../../src/cli/tui-actions.ts";
import { actions } from "../../src/services/actions.ts";
import { clipboardSequence, multiplexerOf } from "../../src/tui/clipboard.ts";
import { complaintOf } from "../../src/tui/complaint.ts";
import { withoutCommand } from "../../src/tui/keys.ts";
import { runLines } from "../../src/tui/run-lines.ts";

const esc = "\u001b";

test("a copy reaches the user's own terminal through tmux and screen as well", () => {
  const plain = `${esc}]52;c;${Buffer.from("héllo").toString("base64")}\u0007`;
  expect(clipboardSequence("héllo")).toBe(plain);
  expect(clipboardSequence("héllo", "tmux")).toBe(`${plain}${esc}Ptmux;${esc}${plain}${esc}\\`);
  const long = clipboardSequence("x".repeat(3000), "screen") ?? "";
  const parts = long.split(`${esc}\\`).slice(0, -1);
  expect(parts.every((part) => part.startsWith(`${esc}P`) && part.length < 768)).toBe(true);
  expect(parts.map((part) => part.slice(2)).join("")).toBe(clipboardSequence("x".repeat(3000)));
  expect(clipboardSequence("x".repeat(100_000))).toBeNull();
  expect([multiplexerOf({ TMUX: "/tmp/x,1,0" }), multiplexerOf({ STY: "1.pts" }), multiplexerOf({ TMUX: "" })]).toEqual(
    ["tmux", "screen", null],
  );
});

test("a key that is bound to no command is found before it is pressed", () => {
  const given = ["x=quit", "Z=nonsense here", "q=none"];
  expect(withoutCommand(given, (command) => command === "quit")).toEqual(["Z=nonsense here"]);
});

test("what the settings ask for and there is not is said as the console opens", () => {
  const rows = rowsOf(actions);
  const wishes = { keys: ["x=quit", "X=stop {name}"], actions: rows, custom: [], pane: "logs" };
  const own = { name: "mine", sentence: "Mine", run: ["restart", "{name}"] };
  expect(complaintOf({ ...wishes, custom: [{ ...own, scope: "services" }] })).toBe("");
  expect(complaintOf({ ...wishes, keys: ["m=mine"], custom: [own] })).toBe("");
  expect(complaintOf({ ...wishes, keys: ["Z=nonsense here"] })).toContain("there is no command for Z=nonsense here");
  expect(complaintOf({ ...wishes, custom: [{ ...own, run: ["reboot"] }] })).toContain("mine runs reboot");
  expect(complaintOf({ ...wishes, custom: [{ ...own, scope: "cellar" }] })).toContain("the pane cellar");
});

test("of several commands the first that fails ends the rest, and is what is told", async () => {
  const ran: string[] = [];
  const run = async (line: string) => {
    ran.push(line);
    return { ok: line !== "b", text: line === "b" ? "b was not done: it is busy" : "fine" };
  };
  expect(await runLines(["a"], run)).toEqual({ line: "a", answer: { ok: true, text: "fine" } });
  expect(await runLines(["a", "c", "d"], run)).toEqual({ line: "a", answer: { ok: true, text: "a and 2 more: done" } });
  ran.length = 0;
  expect(await runLines(["a", "b", "c", "d"], run)).toEqual({
    line: "b",
    answer: { ok: false, text: "b was not done: it is busy (2 more were not tried)" },
  });
  expect(ran).toEqual(["a", "b"]);
});
