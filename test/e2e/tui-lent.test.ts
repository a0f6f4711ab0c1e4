import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporary } from "../cli/running.ts";
import { keys, program } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

const pager = `
process.on("SIGINT", () => console.log("the pager heard it"));
process.stdin.on("data", () => process.exit());
console.log("the pager is open");`;

test("ctrl+c in the pager is for the pager, and the console is there when it ends", async () => {
  const home = temporary();
  const script = join(home, "pager.mjs");
  writeFileSync(script, pager);
  const terminal = openTerminal([process.execPath, program, "tui", "--home", home, "--pane", "logs"], {
    env: { PAGER: `${process.execPath} ${script}` },
  });
  await terminal.see("following");
  terminal.type("P");
  await terminal.see("the pager is open");
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true });
  terminal.type(keys.ctrlC);
  await terminal.see("the pager heard it");
  terminal.type(keys.enter);
  await terminal.see("following");
  expect(terminal.modes().alternate).toBe(true);
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
});
