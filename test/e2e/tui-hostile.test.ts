import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporary } from "../cli/running.ts";
import { answersEveryKey, noiseIn } from "./noise.ts";
import { keys, program, type Terminal } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

const shown = { alternate: true, cursor: false, wraps: false, paste: true };
// What a text may hold that would do something to a terminal, or take more or fewer cells than it seems.
const evil =
  "\u001b[2J\u001b[5m\u001b]0;owned\u0007\u001b[?1049l\u001b[?25h\u009b31m\u0000\u0007\u202eRTL\u202c אבג e\u0301\u0301 👩‍👩‍👧 🇩🇪 漢字 \u200b\u2028\u001b(0 end";

function homeWith(files: Readonly<Record<string, string>>) {
  const home = temporary();
  mkdirSync(join(home, "telemetry"));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(home, "telemetry", `${name}-events.jsonl`), text);
  return { home, log: (name: string) => join(home, "telemetry", `${name}-events.jsonl`) };
}

function openOn(home: string, options: Parameters<typeof openTerminal>[1] = {}): Terminal {
  return openTerminal([process.execPath, program, "tui", "--home", home], { columns: 100, rows: 30, ...options });
}

/** What is on the screen, after its pane was seen to be what a redraw of everything gives; the head counts on. */
async function wholeScreen(terminal: Terminal): Promise<string> {
  await terminal.quiet(150);
  const diffed = terminal.cells().slice(3);
  terminal.type(keys.ctrlL);
  await terminal.quiet(150);
  expect(terminal.cells().slice(3)).toEqual(diffed);
  expect(terminal.modes()).toEqual(shown);
  return terminal.text();
}

test("sequences in names, lines, lessons and errors never reach the terminal, and every row stays in its place", async () => {
  const task = { task_id: "t1", prompt: `${evil} Please do the work`, output: `${evil} is done now` };
  const good = { event: "task_completed", status: "completed", total_iterations: 1, task };
  const { home } = homeWith({
    [evil.replaceAll("/", "").replaceAll("\u0000", "")]: `${JSON.stringify({ event: evil, [evil]: evil })}\n${evil}\n`,
    plain: `${JSON.stringify(good)}\n`,
  });
  const terminal = openOn(home, { env: { PAGER: "cat" } });
  await terminal.see(/lessons +1 /);
  for (const pane of ["1", "3"]) {
    terminal.type(pane);
    await terminal.quiet(150);
    expect(terminal.text()).toMatch(/^ aistack /);
  }
  for (const pane of ["2", "4", "5", "6", "7", "8"]) {
    terminal.type(pane);
    expect(await wholeScreen(terminal)).toMatch(/^ aistack /);
  }
  terminal.type("5w");
  expect(await wholeScreen(terminal)).toMatch(/RTL/);
  terminal.type("P");
  expect(await wholeScreen(terminal)).toMatch(/RTL/);
  for (const line of [":dataset list", ":learn --rejected", `:no such thing ${evil}`]) {
    terminal.type(`${line}${keys.enter}`);
    await terminal.quiet(400);
    expect(await wholeScreen(terminal)).toMatch(/^ aistack /);
    terminal.type(keys.escape);
    await terminal.quiet(100);
  }
  for (const never of ["\u001b[2J", "\u001b[5m", "\u001b]", "\u0007", "\u009b", "\u202e", "\u001b(0"])
    expect([never, terminal.raw().includes(never)]).toEqual([never, false]);
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
});

test("an expression that other engines never finish with freezes nothing", async () => {
  const { home } = homeWith({ long: `${JSON.stringify({ event: `${"a".repeat(5000)}!` })}\n` });
  const terminal = openOn(home);
  await terminal.see("Learning in this console");
  terminal.type("5");
  await terminal.see("aaaa");
  terminal.type(`/(a+)+$${keys.enter}`);
  await terminal.see("filter (a+)+$", 5000);
  terminal.type("s(a|aa)+B$");
  terminal.type(keys.enter);
  await terminal.see("search (a|aa)+B$", 5000);
  terminal.type("4");
  await terminal.see(/breaker +state/, 5000);
});

test("lines of ten megabytes, at once or in halves, freeze nothing and tear nothing", async () => {
  const { home, log } = homeWith({ big: "{}\n" });
  const terminal = openOn(home);
  await terminal.see("Learning in this console");
  terminal.type("5");
  await terminal.see("following");
  appendFileSync(log("big"), `${JSON.stringify({ event: "x".repeat(10_000_000) })}\n{"event":"behind it"}\n`);
  await terminal.see("behind it");
  appendFileSync(log("big"), `{"event":"${"漢".repeat(1_000_000)}`);
  terminal.type("v");
  await terminal.see("level info", 5000);
  appendFileSync(log("big"), `${"漢".repeat(1_000_000)}"}\n{"event":"after the halves"}\n`);
  await terminal.see("after the halves");
  terminal.type("w");
  await terminal.see("wrap", 5000);
  expect(await wholeScreen(terminal)).toContain("after the halves");
});

test("ten thousand lines a second freeze nothing: every key is answered while they come", async () => {
  const { home, log } = homeWith({ flood: "{}\n" });
  const terminal = openOn(home);
  await terminal.see("Learning in this console");
  terminal.type("5");
  await terminal.see("following");
  const written = noiseIn(log("flood"), 200);
  await terminal.until(() => written() > 20_000);
  await terminal.see(/flood 5,?000 -\d/);
  await answersEveryKey(terminal, 5000);
});

test("what a terminal answers to others is no key, and a paste whose end was lost costs no key after it", async () => {
  const terminal = openOn(temporary());
  await terminal.see("Learning in this console");
  const before = terminal.text();
  for (const answer of [
    "\u001b]11;rgb:0000/0000/0000\u0007",
    "\u001bP>|qqq:\u001b\\",
    "\u001b[?62;4c",
    "\u001b[<0;9;9M",
  ])
    terminal.type(answer);
  await terminal.quiet(300);
  expect(terminal.text().split("\n").at(-1)).toBe(before.split("\n").at(-1));
  terminal.type("\u001b[200~never ended q q q");
  await terminal.quiet(200);
  terminal.type(keys.escape);
  await terminal.quiet(200);
  terminal.type("4");
  await terminal.see(/breaker +state/);
  terminal.type("\u001b[200~lost again");
  await terminal.quiet(200);
  terminal.type(keys.ctrlC);
  expect((await terminal.ended).exitCode).toBe(0);
});

test("what is pasted is typed into what is being typed, on one row, and runs nothing", async () => {
  const terminal = openOn(temporary());
  await terminal.see("Learning in this console");
  terminal.type("\u001b[200~q\nquit\r\n\u0003\u001b[201~");
  terminal.type(":");
  await terminal.see("status");
  terminal.type("\u001b[200~down\nquit\r\n\u001b[31mred\u001b[0m\ttab\u0003\u0007\u001b[201~");
  await terminal.see(":down quit red  tab");
  terminal.type(keys.escape);
  await terminal.quiet(100);
  terminal.type("4");
  expect(await wholeScreen(terminal)).toMatch(/breaker +state/);
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
});

test("keys typed faster than they are drawn all count, in their order", async () => {
  const terminal = openOn(temporary());
  await terminal.see("Learning in this console");
  terminal.type(`${"jkjk45678".repeat(100)}5/abc${keys.enter}`);
  await terminal.see("filter abc");
  for (let times = 0; times < 300; times++) terminal.type(keys.down + keys.up);
  terminal.type(`:${"x".repeat(3000)}`);
  await terminal.see("xxxx");
  terminal.type(`\u0015go breakers${keys.enter}`);
  await terminal.see(/breaker +state/);
  expect(await wholeScreen(terminal)).toMatch(/^ aistack /);
});

test("after a storm of sizes, as small as one cell, the screen is whole", async () => {
  const { home, log } = homeWith({ wide: "" });
  const terminal = openOn(home);
  await terminal.see("Learning in this console");
  terminal.type("5");
  for (const [columns, rows] of [
    [80, 24],
    [200, 60],
  ] as const) {
    for (let step = 0; step < 80; step++) {
      terminal.resize(1 + ((step * 37) % 210), 1 + ((step * 17) % 70));
      appendFileSync(log("wide"), `漢字 line ${step} ${"─".repeat(step)}\n`);
      if (step % 5 === 0) await terminal.quiet(10);
    }
    terminal.resize(20, 5);
    await terminal.see("This terminal is 20");
    await terminal.see(/80 by 24 are\s+needed[\s\S]*type: aistack\s+status/);
    terminal.resize(columns, rows);
    await terminal.see("line 79");
    const text = await wholeScreen(terminal);
    expect(text.split("\n")).toHaveLength(rows);
    expect(text).toMatch(/^ aistack /);
  }
});
