import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { temporary } from "../cli/running.ts";
import { keys, program, type Terminal } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

const left = { alternate: false, cursor: true, wraps: true, paste: false };

async function opened(home = temporary()): Promise<Terminal> {
  const terminal = openTerminal([process.execPath, program, "tui", "--home", home]);
  await terminal.see("Learning in this console");
  expect(terminal.modes()).toEqual({ alternate: true, cursor: false, wraps: false, paste: true });
  return terminal;
}

test.each([
  ["q", 0],
  [keys.ctrlC, 0],
] as const)("the terminal is as it was after the key %j", async (key, code) => {
  const terminal = await opened();
  terminal.type(key);
  expect((await terminal.ended).exitCode).toBe(code);
  await terminal.see("To go on: aistack learn");
  expect(terminal.modes()).toEqual(left);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"])(
  "the terminal is as it was after %s, and the code says interrupted",
  async (signal) => {
    const terminal = await opened();
    process.kill(terminal.pid, signal);
    expect((await terminal.ended).exitCode).toBe(130);
    await terminal.settle();
    expect(terminal.modes()).toEqual(left);
  },
);

test("the terminal is as it was after a failure nobody caught, and the failure is told there", async () => {
  const home = temporary();
  const thrower = "data:text/javascript,setTimeout(() => { throw new Error('planted') }, 2500)";
  const terminal = openTerminal([process.execPath, "--import", thrower, program, "tui", "--home", home], {
    columns: 120,
  });
  await terminal.see("Learning in this console");
  expect((await terminal.ended).exitCode).toBe(1);
  await terminal.see("It did not work: planted");
  expect(terminal.modes()).toEqual(left);
});

test.each([
  ["itself", (line: string) => line],
  ["by a program that waits for it, as npm does,", (line: string) => `sh -c '${line}; :'`],
])("started %s ctrl+z gives the shell its terminal back, and fg brings the screen back", async (_, started) => {
  const home = temporary();
  const terminal = openTerminal(["bash", "--norc", "--noprofile", "-i"], { env: { PS1: "shell> " } });
  await terminal.see("shell>");
  terminal.type(`${started(`${process.execPath} ${program} tui --home ${home}`)}\r`);
  await terminal.see("All well");
  terminal.type(keys.ctrlZ);
  await terminal.see("Stopped");
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true, wraps: true });
  terminal.type("echo back in the shell\r");
  await terminal.see(/^back in the shell/m);
  terminal.type("fg\r");
  await terminal.see("All well");
  await terminal.until(() => terminal.modes().alternate);
  terminal.type("4");
  await terminal.see(/breaker +state/);
  expect(terminal.modes()).toEqual({ alternate: true, cursor: false, wraps: false, paste: true });
  terminal.type("q");
  await terminal.see("To go on: aistack learn");
  terminal.type("exit\r");
  expect((await terminal.ended).exitCode).toBe(0);
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true, wraps: true });
});

test("where no shell could wake it, ctrl+z changes nothing", async () => {
  const terminal = await opened();
  terminal.type(keys.ctrlZ);
  await terminal.until(() => terminal.raw().lastIndexOf("\u001b[?1049h") > terminal.raw().indexOf("\u001b[?1049l"));
  await terminal.see("All well");
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
});

test("the whole screen is drawn anew after another program has written over it", async () => {
  const terminal = await opened();
  const { pid } = terminal;
  const written = spawnSync("sh", ["-c", `printf '\\033[H\\033[2Jgarbage' > /proc/${pid}/fd/1`]);
  expect(written.status).toBe(0);
  await terminal.see("garbage");
  terminal.type(keys.ctrlL);
  await terminal.see("Backpressure");
  expect(terminal.text()).not.toContain("garbage");
});

test("a demonstration leaves nothing behind, however it ends", async () => {
  const place = temporary();
  for (const signal of ["SIGTERM", null]) {
    const terminal = openTerminal([process.execPath, program, "tui", "--demo"], {
      columns: 100,
      env: { TMPDIR: place },
    });
    await terminal.see("DEMONSTRATION");
    expect(readdirSync(place).some((name) => name.startsWith("aistack-demo-"))).toBe(true);
    if (signal === null) terminal.type("q");
    else process.kill(terminal.pid, signal);
    await terminal.ended;
    expect(readdirSync(place).filter((name) => name.startsWith("aistack-demo-"))).toEqual([]);
    expect(existsSync(place)).toBe(true);
  }
});
