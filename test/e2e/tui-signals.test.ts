import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporary, until } from "../cli/running.ts";
import { keys, program, type Terminal } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

const left = { alternate: false, cursor: true, wraps: true };
const shown = { alternate: true, cursor: false, wraps: false, paste: true };

/** A pager that says it has the terminal, keeps it until a line is typed, and says by a file when it has ended. */
function pagerIn(place: string): { pager: string; ended: string } {
  const script = join(place, "pager.sh");
  const ended = join(place, "ended");
  writeFileSync(
    script,
    `trap 'echo interrupted' INT; trap 'echo hung > ${ended}; exit 1' HUP
     echo PAGER HERE; while ! read word; do :; done; echo "$word" > ${ended}
     if [ "$word" = mess ]; then printf '\\033(0\\033[3;9r\\033[4h\\033[?6h\\033[?1000h\\033[?1003h\\033[31;5m'; fi\n`,
  );
  chmodSync(script, 0o755);
  return { pager: `sh ${script}`, ended };
}

/** An interactive shell, and the console as its job; the shell writes the settings of the terminal before and after. */
async function consoleInShell(env: Record<string, string> = {}, started = (line: string) => line) {
  const place = temporary();
  const terminal = openTerminal(["bash", "--norc", "--noprofile", "-i"], {
    columns: 100,
    rows: 30,
    env: { PS1: "shell> ", ...env },
  });
  await terminal.see("shell>");
  terminal.type(`stty -a > ${place}/before\r`);
  const { pager, ended } = pagerIn(place);
  terminal.type(`PAGER="${pager}" ${started(`${process.execPath} ${program} tui --home ${place}/home`)}\r`);
  await terminal.see("All well");
  const settings = (name: string) => readFileSync(join(place, name), "utf8").replace(/rows .*?;.*?;/, "");
  /** Compares the terminal with how it was found, once the console has ended with this code. */
  const settle = async (code: number) => {
    await terminal.see("To go on: aistack learn");
    await terminal.until(() => !terminal.modes().alternate);
    expect(terminal.modes()).toMatchObject(left);
    terminal.type(`echo code $?; stty -a > ${place}/after; echo MEASURED\r`);
    await terminal.see(/^MEASURED/m);
    await terminal.see(`code ${code}`);
    expect(settings("after")).toBe(settings("before"));
  };
  return {
    terminal,
    ended,
    place,
    /** The number of the console's process. */
    pid: () => Number(JSON.parse(readFileSync(join(place, "home/engine.lock"), "utf8")).pid),
    settle,
    /** Leaves the console and compares the terminal with how it was found. */
    leave() {
      terminal.type("q");
      return settle(0);
    },
  };
}

async function openPager(terminal: Terminal): Promise<void> {
  terminal.type("5");
  await terminal.see("following");
  terminal.type("P");
  await terminal.see("PAGER HERE");
}

test("ctrl+z in a pager stops it and the console, fg brings the pager back, and its end the console", async () => {
  const { terminal, leave } = await consoleInShell();
  await openPager(terminal);
  terminal.type(keys.ctrlZ);
  await terminal.see("Stopped");
  expect(terminal.modes()).toMatchObject(left);
  const jobs = () => terminal.rows().filter((row) => row.startsWith('PAGER="')).length;
  const before = jobs();
  terminal.type("fg\r");
  await terminal.until(() => jobs() > before);
  terminal.type("enough\r");
  await terminal.see("following");
  expect(terminal.modes()).toEqual(shown);
  await leave();
});

test("pagers that are asked for at once come one after another", async () => {
  const { terminal, leave } = await consoleInShell();
  terminal.type("5");
  await terminal.see("following");
  terminal.type("PP");
  for (const times of [2, 3]) {
    await terminal.until(() => terminal.raw().split("PAGER HERE").length === times);
    expect(terminal.modes()).toMatchObject(left);
    terminal.type("enough\r");
  }
  await terminal.see("following");
  await terminal.until(() => terminal.modes().alternate);
  await leave();
});

test("whatever a pager leaves of its character set, margins and mouse, the screen is whole behind it", async () => {
  const { terminal, leave } = await consoleInShell();
  await openPager(terminal);
  terminal.type("mess\r");
  await terminal.see("following");
  terminal.type("4");
  await terminal.see(/breaker +state/);
  await terminal.quiet(200);
  const diffed = terminal.cells();
  expect(terminal.text()).toMatch(/^ aistack /);
  terminal.type(keys.ctrlL);
  await terminal.quiet(300);
  expect(terminal.cells()).toEqual(diffed);
  const raw = terminal.raw();
  for (const mode of ["?1000", "?1003", "4"])
    expect([mode, raw.lastIndexOf(`\u001b[${mode}l`) > raw.lastIndexOf(`\u001b[${mode}h`)]).toEqual([mode, true]);
  await leave();
});

test("ctrl+c in a pager is for the pager alone", async () => {
  const { terminal, leave } = await consoleInShell();
  await openPager(terminal);
  terminal.type(keys.ctrlC);
  await terminal.see("interrupted");
  terminal.type("enough\r");
  await terminal.see("following");
  expect(terminal.modes()).toEqual(shown);
  await leave();
});

test("a console that is ended while a pager has the terminal ends the pager too, and leaves the terminal as it was", async () => {
  const { terminal, ended, pid } = await consoleInShell();
  await openPager(terminal);
  process.kill(pid(), "SIGTERM");
  await terminal.see(/To go on: aistack learn/);
  await until(() => existsSync(ended));
  expect(readFileSync(ended, "utf8")).toBe("hung\n");
  terminal.type("echo code $?\r");
  await terminal.see("code 130");
  expect(terminal.modes()).toMatchObject(left);
});

describe("started by a program that waits for it, as npm does", () => {
  const open = () => consoleInShell({}, (line) => `sh -c '${line}; :'`);
  const parentOf = (pid: number) =>
    Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? Number.NaN);

  test.each(["SIGTERM", "SIGKILL"] as const)("it ends when that ends by %s, and the shell is whole", async (signal) => {
    const { terminal, pid, settle } = await open();
    const own = pid();
    process.kill(parentOf(own), signal);
    await settle(signal === "SIGTERM" ? 143 : 137);
    await until(() => !existsSync(`/proc/${own}`));
    terminal.type("exit\r");
    await terminal.ended;
  });

  test("it draws nothing more when only that was stopped, and fg brings it back", async () => {
    const { terminal, pid, leave } = await open();
    process.kill(parentOf(pid()), "SIGTSTP");
    await terminal.see("Stopped");
    await terminal.until(() => !terminal.modes().alternate);
    terminal.type("\recho still a shell\r");
    await terminal.see(/^still a shell/m);
    terminal.type("fg\r");
    await terminal.until(() => terminal.modes().alternate);
    await terminal.see("All well");
    await leave();
  });
});

test("sent behind by bg it goes on without touching the terminal, and fg brings it back", async () => {
  const { terminal, leave, pid } = await consoleInShell();
  terminal.type(keys.ctrlZ);
  await terminal.see("Stopped");
  terminal.type("bg\r");
  await terminal.see("home &");
  terminal.type("sleep 1; echo SHELL WORKS\r");
  await terminal.see(/^SHELL WORKS/m);
  expect(readFileSync(`/proc/${pid()}/stat`, "utf8")).toMatch(/\) [SR] /);
  expect(terminal.modes()).toMatchObject(left);
  terminal.type("fg\r");
  await terminal.see("All well");
  await terminal.until(() => terminal.modes().alternate);
  terminal.type("4");
  await terminal.see(/breaker +state/);
  expect(terminal.modes()).toEqual(shown);
  await leave();
});

test("woken behind the shell's back after kill -STOP it leaves the shell's lines whole, and fg brings it back", async () => {
  const { terminal, leave, pid } = await consoleInShell();
  process.kill(pid(), "SIGSTOP");
  await terminal.see("Stopped");
  await terminal.see(/^shell> *$/m);
  process.kill(pid(), "SIGCONT");
  await terminal.until(() => terminal.modes().wraps && !terminal.modes().alternate);
  terminal.type("\recho still a shell\r");
  await terminal.see(/^still a shell/m);
  terminal.type("fg\r");
  await terminal.until(() => terminal.modes().alternate);
  await terminal.see("All well");
  terminal.type("4");
  await terminal.see(/breaker +state/);
  await leave();
});

test("ctrl+z again and again, and another size meanwhile: fg draws the whole screen at its new size", async () => {
  const { terminal, leave } = await consoleInShell();
  terminal.type("4");
  await terminal.see(/breaker +state/);
  for (const [columns, rows] of [
    [130, 36],
    [20, 5],
    [81, 24],
  ] as const) {
    terminal.type(keys.ctrlZ + keys.ctrlZ + keys.ctrlZ);
    await terminal.see(/^shell> *$/m);
    terminal.resize(columns, rows);
    await terminal.quiet(100);
    terminal.type("fg\r");
    await terminal.until(() => terminal.modes().alternate);
    await terminal.see(columns < 80 ? "This terminal is 20" : ": command");
    await terminal.quiet(200);
    const diffed = terminal.cells();
    terminal.type(keys.ctrlL);
    await terminal.quiet(300);
    expect(terminal.cells()).toEqual(diffed);
  }
  await leave();
});

test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])(
  "after %s the settings of the terminal are as they were before",
  async (signal) => {
    const { pid, settle } = await consoleInShell();
    process.kill(pid(), signal);
    await settle(130);
  },
);

test("a connection that is lost ends it as interrupted, with the learner's hold given back", async () => {
  const place = temporary();
  const script = join(place, "run.sh");
  writeFileSync(
    script,
    `trap : HUP\n${process.execPath} ${program} tui --home ${place}/home 2> ${place}/said\necho $? > ${place}/code\n`,
  );
  // The inner terminal is gone when whoever made it is.
  const terminal = openTerminal(["script", "--quiet", "--command", `sh ${script}`, "/dev/null"], { columns: 100 });
  await terminal.see("Learning in this console");
  terminal.kill("SIGKILL");
  await until(() => existsSync(join(place, "code")) && readFileSync(join(place, "code"), "utf8") !== "");
  expect(readFileSync(join(place, "said"), "utf8")).not.toMatch(/[a-z]{3}/);
  expect(readFileSync(join(place, "code"), "utf8")).toBe("130\n");
  expect(readFileSync(join(place, "home/engine.lock"), "utf8")).toBe("");
});
