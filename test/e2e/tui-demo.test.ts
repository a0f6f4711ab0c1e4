import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporary } from "../cli/running.ts";
import { answersEveryKey, noiseIn } from "./noise.ts";
import { keys, program } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

test("the demonstration opens a breaker, pauses intake, loses the learner, and all of it mends itself", async () => {
  const terminal = openTerminal([process.execPath, program, "tui", "--demo", "--speed", "5"], {
    columns: 160,
    rows: 34,
  });
  await terminal.see("DEMONSTRATION");
  await terminal.see(/lessons +[1-9]\d+/);
  terminal.type("E");
  await terminal.see(/✖ embeddings +open/);
  await terminal.see(/sink vectors waits|breaker embeddings is open/);
  terminal.type("E");
  await terminal.see(/● embeddings +closed/, 40_000);
  terminal.type("C3");
  await terminal.see(/malformed_json 1/);
  terminal.type("1");
  terminal.type("K");
  await terminal.see("the learner stopped: it was cut off by the demonstration");
  await terminal.see("Learning in this console");
  terminal.type("F");
  await terminal.see("intake paused");
  await terminal.see("intake open", 50_000);
  terminal.type("q");
  await terminal.see("The demonstration is over; its home is gone.");
  expect((await terminal.ended).exitCode).toBe(0);
}, 150_000);

test("a command of the user's own has a key, asks for what it needs, and runs", async () => {
  const home = temporary();
  const own = {
    name: "write event",
    sentence: "Write one event",
    run: ["telemetry", "write", "--event", "{event}"],
    key: "W",
    inputs: ["event"],
    confirm: "One event is written.",
  };
  writeFileSync(join(home, "config.json"), JSON.stringify({ "tui.commands": [own], "tui.keys": ["Z=quit"] }));
  const terminal = openTerminal([process.execPath, program, "tui", "--home", home], { columns: 100 });
  await terminal.see("Learning in this console");
  terminal.type(`Wnoted${keys.enter}`);
  await terminal.see("One event is written.");
  terminal.type("y");
  await terminal.see("telemetry write --event noted: done");
  expect(readFileSync(join(home, "telemetry/aistack-events.jsonl"), "utf8")).toContain('"event_type":"noted"');
  terminal.type("Z");
  expect((await terminal.ended).exitCode).toBe(0);
});

test("a log flood of five thousand lines a second freezes nothing, and what was dropped is counted", async () => {
  const home = temporary();
  const log = join(home, "telemetry/flood-events.jsonl");
  const terminal = openTerminal([process.execPath, program, "tui", "--home", home, "--set", "tui.logLines=500"], {
    columns: 120,
  });
  await terminal.see("Learning in this console");
  terminal.type(":telemetry write --log flood-events.jsonl --event start\r");
  await terminal.see("done");
  terminal.type("5");
  await terminal.see("following");
  noiseIn(log, 100);
  await terminal.see(/flood 500 -\d/);
  await answersEveryKey(terminal, 3000);
});

test("a demonstration whose connection is lost leaves nothing behind", async () => {
  const place = temporary();
  const script = join(place, "run.sh");
  // The shell ends first, and so the console is told twice that nobody is there any more.
  writeFileSync(script, `${process.execPath} ${program} tui --demo\necho\n`);
  const terminal = openTerminal(["script", "--quiet", "--command", `sh ${script}`, "/dev/null"], {
    columns: 100,
    env: { TMPDIR: place },
  });
  const homes = () => readdirSync(place).filter((name) => name.startsWith("aistack-demo-"));
  await terminal.see("Learning in this console");
  expect(homes()).toHaveLength(1);
  terminal.kill("SIGKILL");
  await terminal.until(() => homes().length === 0);
});
