import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aistack, temporary } from "../cli/running.ts";
import { homeWithTelemetry } from "./home.ts";
import { keys, program } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

function openTui(home: string, options: Parameters<typeof openTerminal>[1] & { args?: string[] } = {}) {
  return openTerminal([process.execPath, program, "tui", "--home", home, ...(options.args ?? [])], options);
}

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 100, rows: 30 },
  { columns: 160, rows: 45 },
  { columns: 200, rows: 60 },
];

test("every pane is drawn within the screen, reached by its key, on every size of terminal", async () => {
  const terminal = openTui(homeWithTelemetry(), sizes[0]);
  await terminal.see(/dataset +17/);
  for (const { columns, rows } of sizes) {
    terminal.resize(columns, rows);
    await terminal.until(() => terminal.rows().at(-1) !== "");
    for (const [key, title, word] of [
      ["2", "2 Servi", /service +state/],
      ["3", "3 Learn", /Sinks/],
      ["4", "4 Break", /breaker +state/],
      ["5", "5 Logs", /following/],
      ["6", "6 Event", /what happened/],
      ["7", "7 Graph", /started +after first/],
      ["8", "8 Runs", /no command was run yet|took exit/],
      ["0", "0 Help", /Everywhere/],
      ["1", "1 Overv", /Backpressure/],
    ] as const) {
      terminal.type(key);
      await terminal.see(word);
      await terminal.quiet(100);
      const shown = terminal.rows();
      expect(shown).toHaveLength(rows);
      expect(shown[0]).toMatch(/^ aistack {3}[●▲✖○] (All well|Needs a look|Syncing)/);
      expect(shown[1]).toContain(title);
      expect([key, shown.at(-1)]).toEqual([key, expect.stringMatching(/^ \S+ \w+/)]);
    }
  }
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
});

test("what is learned shows, and the key that looks at trouble goes there", async () => {
  const home = homeWithTelemetry();
  const failed = `${JSON.stringify({ event: "task_completed", status: "failed", task: { prompt: "Please do the work", output: "" } })}\n`;
  writeFileSync(join(home, "telemetry/ralph-events.jsonl"), failed.repeat(60));
  const terminal = openTui(home);
  await terminal.see(/events +321/);
  await terminal.see(/lessons +17/);
  await terminal.see(/0 lessons from 60 events of [^\n]+press ! to look/);
  terminal.type("!");
  await terminal.see(/› ▲ telemetry\/ralph-events\.jsonl +60 +0 +0 +60 +0%/);
});

test("commands are found by a few letters, run, and their answers scroll", async () => {
  const terminal = openTui(homeWithTelemetry());
  await terminal.see(/lessons +17/);
  terminal.type(":dstats");
  await terminal.see("dataset stats");
  terminal.type(keys.enter);
  await terminal.see(/pairs +17/);
  terminal.type(keys.escape);
  await terminal.see("Backpressure");
  terminal.type(`:config get learning.pollMs${keys.enter}`);
  await terminal.see("250");
  terminal.type(keys.escape);
  await terminal.quiet(300);
  terminal.type(":");
  await terminal.see(/config get learning\.pollMs +again/);
});

test("a breaker is tripped and reset by its keys", async () => {
  const terminal = openTui(homeWithTelemetry(), { columns: 120 });
  await terminal.see(/lessons +17/);
  terminal.type(`4/embed${keys.enter}`);
  await terminal.see(/filter embed/);
  terminal.type("t");
  await terminal.see(/✖ embeddings +open/);
  await terminal.see("breaker embeddings is open: by hand");
  terminal.type("r");
  await terminal.see(/● embeddings +closed/);
});

test("nothing that changes anything runs read-only", async () => {
  const terminal = openTui(homeWithTelemetry(), { args: ["--read-only"] });
  await terminal.see("read-only");
  terminal.type(`:rotate${keys.enter}`);
  await terminal.see("Read-only: rotate changes something");
});

test("without a terminal it says so, with what to type, and ends with 2", () => {
  const { status, stdout, stderr } = aistack(["tui", "--home", temporary()]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("standard input and output are no terminal");
  expect(stderr).toContain("Type: aistack status");
});

test("on a dumb terminal it says so, with what to type, and ends with 2", async () => {
  const terminal = openTui(temporary(), { columns: 120, env: { TERM: "dumb" } });
  expect((await terminal.ended).exitCode).toBe(2);
  await terminal.see("the terminal says that it is dumb (TERM=dumb)");
  expect(terminal.raw()).not.toContain("\u001b[?1049h");
});

test("it opens on a terminal in CI as well", async () => {
  const terminal = openTui(temporary(), { env: { CI: "true" } });
  await terminal.see("All well");
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
});

test("NO_COLOR takes every colour away", async () => {
  const terminal = openTui(homeWithTelemetry(), { env: { NO_COLOR: "1" } });
  await terminal.see(/lessons +17/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences that set colours
  const colours = terminal.raw().match(/\u001b\[(?:[\d;]*;)?(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|38|48)m/g);
  expect(colours).toBeNull();
});

test("without UTF-8 in the locale everything is drawn with ASCII", async () => {
  const terminal = openTui(homeWithTelemetry(), { env: { LANG: "C", LC_ALL: "C" } });
  await terminal.see(/lessons +17/);
  for (const key of ["2", "3", "4", "5", "6", "7", "8", "0"]) {
    terminal.type(key);
    await terminal.quiet(200);
    expect(terminal.text()).toMatch(/^[ -~\n]*$/);
  }
});

test("a screen reader gets plain lines on the main screen", async () => {
  const terminal = openTui(homeWithTelemetry(), { args: ["--screen-reader"] });
  await terminal.see("Learning in this console");
  expect(terminal.modes().alternate).toBe(false);
  expect(terminal.text()).not.toMatch(/[─█░▁▂▃▄▅▆▇]/);
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
});

test("a terminal that is too small says what is needed, and all comes back when it grows", async () => {
  const terminal = openTui(homeWithTelemetry());
  await terminal.see(/lessons +17/);
  terminal.resize(20, 5);
  await terminal.see("This terminal is 20");
  terminal.resize(80, 24);
  await terminal.see(/lessons +17/);
  await terminal.see("Backpressure");
  expect(terminal.rows()).toHaveLength(24);
});

test("what is typed in the console works on the same home with the same settings as the console", async () => {
  const home = homeWithTelemetry();
  const terminal = openTui(home, { columns: 120, rows: 30, args: ["--set", "learning.pollMs=777"] });
  await terminal.see(/dataset +17/);
  for (const [words, answer] of [
    [":config get learning.pollMs", /value +777/],
    [":config path", home],
    [":config get learning.pollMs --set learning.pollMs=888", /value +888/],
    ["3B", /health_report|routing_decision/],
  ] as const) {
    terminal.type(words.startsWith(":") ? `${words}${keys.enter}` : words);
    await terminal.see(answer);
    terminal.type(keys.escape);
    await terminal.quiet(300);
  }
});
