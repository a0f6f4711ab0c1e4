import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporary, until } from "../cli/running.ts";
import { mountDisk } from "../engine/telemetry/writing.ts";
import { needs } from "../parts.ts";
import { homeWithTelemetry } from "./home.ts";
import { keys, program, type Terminal } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

const left = { alternate: false, cursor: true, wraps: true, paste: false };

function openOn(home: string, node: readonly string[] = []): Terminal {
  return openTerminal([process.execPath, ...node, program, "tui", "--home", home], { columns: 100, rows: 30 });
}

async function quit(terminal: Terminal): Promise<void> {
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
  await terminal.settle();
  expect(terminal.modes()).toEqual(left);
}

test("a home that is removed while it is shown is said to be gone, and learning begins anew when it is asked to", async () => {
  const home = join(temporary(), "home");
  const terminal = openOn(home);
  await terminal.see(/events +0 /);
  rmSync(home, { recursive: true });
  await terminal.see(/Failing[^\n]*not learning|Failing[^\n]*learner unknown/);
  await terminal.see(`the learner stopped: ${home}`);
  terminal.type("!");
  await terminal.see(/home\s+is not\s+there\s+any\s+more/);
  await terminal.see(/type\s+:learner start/);
  terminal.type(`5S`);
  await terminal.see(/Saved to/);
  terminal.type(`:learner start${keys.enter}`);
  await terminal.see("All well");
  mkdirSync(join(home, "telemetry"));
  const task = { task_id: "t1", prompt: "Please do the work again", output: "It was done again" };
  const event = { event: "task_completed", status: "completed", total_iterations: 1, task };
  appendFileSync(join(home, "telemetry/x-events.jsonl"), `${JSON.stringify(event)}\n`);
  terminal.type("1");
  await terminal.see(/lessons +1 /);
  await quit(terminal);
});

test("a store that is removed while it is shown is said to be gone, and all is learned again when it is asked to", async () => {
  const home = homeWithTelemetry();
  const terminal = openOn(home);
  await terminal.see(/lessons +17 /);
  for (const end of ["", "-wal", "-shm"]) rmSync(join(home, `aistack.db${end}`), { force: true });
  await terminal.see(/✖ Failing/);
  terminal.type("!");
  await terminal.see(/aistack\.db\s+is\s+not\s+there\s+any\s+more/);
  terminal.type(`1:learner start${keys.enter}`);
  await terminal.see(/lessons +17 /);
  await quit(terminal);
});

test("a home that cannot be looked into any more ends nothing, and is used again when it can be", async () => {
  const place = temporary();
  const home = join(place, "home");
  const terminal = openOn(home);
  await terminal.see(/events +0 /);
  renameSync(home, join(place, "aside"));
  symlinkSync(home, home);
  await terminal.see("Failing");
  terminal.type("6");
  await terminal.see("ELOOP");
  terminal.type(`:learner start${keys.enter}`);
  await terminal.see(/was not read: ELOOP/);
  rmSync(home);
  renameSync(join(place, "aside"), home);
  terminal.type(`:learner start${keys.enter}`);
  await terminal.see("All well");
  await quit(terminal);
});

test("a home that is a file, and a store that is none, are named with what to do, and the console stays", async () => {
  const place = temporary();
  const file = join(place, "file");
  writeFileSync(file, "no directory");
  const broken = join(place, "broken");
  mkdirSync(broken);
  writeFileSync(join(broken, "aistack.db"), "no store ".repeat(2000));
  for (const [home, why] of [
    [file, /was not made:[\s\S]*Type:\s+ls -ld/],
    [broken, /The store \S+ is\s+damaged: file is not a database/],
  ] as const) {
    const terminal = openOn(home);
    await terminal.see("Failing");
    terminal.type("!");
    await terminal.see(why);
    await terminal.see(/type\s+:learner\s+start/);
    await quit(terminal);
  }
});

test("a settings file that is broken is named before anything is drawn, and later where it is needed", async () => {
  const home = temporary();
  writeFileSync(join(home, "config.json"), '{ "tui.theme": ');
  const refused = openOn(home);
  expect((await refused.ended).exitCode).toBe(2);
  await refused.see(`The configuration ${home}/config.json was not used`);
  expect(refused.raw()).not.toContain("\u001b[?1049h");
  rmSync(join(home, "config.json"));
  const terminal = openOn(home);
  await terminal.see("Learning in this console");
  writeFileSync(join(home, "config.json"), '{ "tui.theme": ');
  terminal.type(`:config get tui.theme${keys.enter}`);
  await terminal.see(/Unexpected end of JSON\s+input/);
  await terminal.see(/Mend or remove\s+it/);
  rmSync(join(home, "config.json"));
  terminal.type(`:config get tui.theme${keys.enter}`);
  await terminal.see("dark");
  terminal.type(keys.escape);
  await terminal.quiet(100);
  await quit(terminal);
});

test("telemetry that is cut, rotated, removed and made anew goes on in the logs, each line once", async () => {
  const home = temporary();
  mkdirSync(join(home, "telemetry"));
  const file = join(home, "telemetry/log-events.jsonl");
  writeFileSync(file, '{"event":"first"}\n'.repeat(3));
  const terminal = openOn(home);
  await terminal.see("Learning in this console");
  terminal.type("5");
  await terminal.see("first");
  truncateSync(file, 0);
  appendFileSync(file, '{"event":"after the cut"}\n');
  await terminal.see("after the cut");
  renameSync(file, join(home, "telemetry/log-events.jsonl.1"));
  writeFileSync(file, '{"event":"after the rotation"}\n');
  await terminal.see("after the rotation");
  rmSync(file);
  await terminal.quiet(300).catch(() => undefined);
  writeFileSync(file, '{"event":"after the removal"}\n');
  await terminal.see("after the removal");
  for (const words of ["after the cut", "after the rotation", "after the removal"])
    expect([words, terminal.text().split(words)]).toEqual([words, [expect.anything(), expect.anything()]]);
  await quit(terminal);
});

test("of two consoles one learns, and when that one is killed the other says so and how to go on", async () => {
  const home = temporary();
  const first = openOn(home);
  await first.see("Learning in this console");
  const second = openOn(home);
  await second.see(/Learning process \d+: aistack tui/);
  first.kill("SIGKILL");
  await first.ended;
  await second.see("nobody learns here; type :learner start");
  second.type(`:learner start${keys.enter}`);
  await second.see("Learning in this console");
  await second.see("All well");
  await quit(second);
});

test.each([
  ["a day back", -86_400_000],
  ["a year ahead", 31_536_000_000],
])("when the clock jumps by %s, learning and drawing go on", async (_, ms) => {
  const home = temporary();
  const said = join(home, "jumped");
  const jump = `data:text/javascript,import { writeFileSync } from "node:fs"; const Real = Date;
    setTimeout(() => { writeFileSync("${said}", ""); globalThis.Date = class extends Real {
    constructor(...given) { given.length === 0 ? super(Real.now() + ${ms}) : super(...given); }
    static now() { return Real.now() + ${ms}; } }; }, 1500)`;
  const terminal = openOn(home, ["--import", jump.replaceAll("\n", " ")]);
  await terminal.see(/events +0 /);
  await until(() => existsSync(said));
  mkdirSync(join(home, "telemetry"), { recursive: true });
  const task = { task_id: "t1", prompt: "Please do the work again", output: "It was done again" };
  const event = { event: "task_completed", status: "completed", total_iterations: 1, task };
  appendFileSync(join(home, "telemetry/x-events.jsonl"), `${JSON.stringify(event)}\n`);
  await terminal.see(/lessons +1 /);
  await terminal.see("All well");
  terminal.type("4");
  await terminal.see(/breaker +state/, 5000);
  await quit(terminal);
});

test.skipIf(needs("mount").missing)(
  "a log that is saved to a full disk is not there in part, and what to do is said",
  async () => {
    const place = temporary();
    using disk = mountDisk(place, "2m");
    if (disk === null) throw new Error("no disk was mounted");
    const home = join(disk.path, "home");
    mkdirSync(join(home, "telemetry"), { recursive: true });
    writeFileSync(
      join(home, "telemetry/log-events.jsonl"),
      `${JSON.stringify({ event: "x".repeat(500) })}\n`.repeat(30),
    );
    const terminal = openOn(home);
    await terminal.see("Learning in this console");
    terminal.type("5");
    await terminal.see("following");
    expect(() => {
      for (;;) appendFileSync(join(disk.path, "filler"), "x".repeat(1000));
    }).toThrow(/ENOSPC/);
    terminal.type("S");
    await terminal.see(/was not\s+written/);
    await terminal.see(/Free some space there, then try again\.\s+Type:\s+df -h/);
    expect(readdirSync(home).filter((name) => name.includes("log-"))).toEqual([]);
    rmSync(join(disk.path, "filler"));
    terminal.type("S");
    await terminal.see(/Saved to/);
    await quit(terminal);
  },
);
