import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../parts.ts";
import { one, stackHome } from "../services/verbs/home.ts";
import { program } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

describe.skipIf(needs("podman").missing || needs("pgrep").missing)("a shell in a real container", () => {
  test("that is open when the console is ended is left with it, and the terminal is as it was found", async () => {
    const stack = stackHome(one("web"));
    expect(stack.run("up", "web", "--wait", "--timeout", "60").status).toBe(0);
    const { NO_COLOR: _colours, ...env } = stack.environment();
    const terminal = openTerminal(["bash", "--norc", "--noprofile", "-i"], {
      columns: 100,
      rows: 30,
      env: { ...env, PS1: "outer> " },
    });
    await terminal.see("outer>");
    terminal.type(`stty -a > ${stack.home}/before; ${process.execPath} ${program} tui --home ${stack.home}\r`);
    await terminal.see(/1 of \d+ well/);
    terminal.type("2/^web\r");
    await terminal.see(/● web +running/);
    terminal.type("e");
    await terminal.until(() => !terminal.modes().alternate);
    terminal.type("echo inside $((40 + 2))\r");
    await terminal.see("inside 42");
    const { pid } = JSON.parse(readFileSync(join(stack.home, "engine.lock"), "utf8"));
    const clients = () =>
      spawnSync("pgrep", ["--full", "--", `exec --interactive --tty ${stack.project}-web`]).status === 0;
    expect(clients()).toBe(true);
    process.kill(pid, "SIGTERM");
    await terminal.see("To go on: aistack learn");
    expect(clients()).toBe(false);
    terminal.type(`\recho code $?; stty -a > ${stack.home}/after; echo MEASURED\r`);
    await terminal.see(/^MEASURED/m);
    await terminal.see("code 130");
    expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true, wraps: true });
    expect(readFileSync(join(stack.home, "after"), "utf8")).toBe(readFileSync(join(stack.home, "before"), "utf8"));
  });
});
