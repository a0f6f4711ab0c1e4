import { spawn, spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { aistack, aistackJson, temporary, until } from "./running.ts";

const program = fileURLToPath(new URL("../../dist/aistack.js", import.meta.url));

function logOf(home: string): string {
  const bytes = statSync(join(home, "telemetry/aistack-events.jsonl"), { throwIfNoEntry: false })?.size ?? 0;
  return bytes === 0 ? "" : readFileSync(join(home, "telemetry/aistack-events.jsonl"), "utf8");
}

function write(home: string, input: string | Buffer, ...more: string[]) {
  const text = join(home, "input");
  writeFileSync(text, input);
  return aistack(["telemetry", "write", "--home", home, ...more], { inputFile: text });
}

function startWriting(home: string) {
  const child = spawn(process.execPath, [program, "telemetry", "write", "--home", home, "--json"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  child.stdout.on("data", (part) => {
    text += part;
  });
  child.stdin.on("error", () => undefined);
  const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  return { child, ended, text: () => text };
}

describe("events from a pipe", () => {
  test("each is written while the pipe is still open", async () => {
    const home = temporary();
    const { child, ended, text } = startWriting(home);
    for (const count of [1, 2, 3]) {
      child.stdin.write(`{"event":"one","n":${count}}\n`);
      await until(() => logOf(home).split("\n").length === count + 1);
    }
    child.stdin.end('{"event":"last, without its end"}');
    expect(await ended).toBe(0);
    expect(JSON.parse(text())).toMatchObject({ events: 4 });
    expect(logOf(home).split("\n")).toHaveLength(5);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s ends it at once and says what was written", async (signal) => {
    const home = temporary();
    const { child, ended, text } = startWriting(home);
    child.stdin.write('{"event":"one"}\n{"event":"two"}\n{"event":"no end ye');
    await until(() => logOf(home).split("\n").length === 3);
    child.kill(signal);
    expect(await ended).toBe(130);
    expect(JSON.parse(text())).toMatchObject({ events: 2, stopped: expect.stringContaining("Lines 1-2 were written") });
    expect(logOf(home)).toBe('{"event":"one"}\n{"event":"two"}\n');
  });

  test("a bad line stops it, and the failure says which lines were written and which was not", () => {
    const home = temporary();
    const lines = ['{"event":"a"}', "", '{"event":"b"}', "not JSON", '{"event":"c"}'];
    const { status, stdout, stderr } = write(home, lines.join("\n"), "--json");
    expect(status).toBe(2);
    expect(stderr).toMatch(/Lines 1-3 were written to .*; line 4 was not, and what follows it was not read/);
    expect(JSON.parse(stdout).error).toMatchObject({ code: "usage", writtenLines: 3, events: 2, badLine: 4 });
    expect(logOf(home)).toBe('{"event":"a"}\n{"event":"b"}\n');
  });

  test("a bad first line writes nothing and says so, while the producer still has much to say", async () => {
    const home = temporary();
    const { child, ended, text } = startWriting(home);
    child.stdin.write("[1]\n");
    child.stdin.write('{"event":"x"}\n'.repeat(20_000));
    expect(await ended).toBe(2);
    expect(JSON.parse(text()).error).toMatchObject({ what: expect.stringMatching(/^Nothing was written/), badLine: 1 });
    expect(logOf(home)).toBe("");
  });

  test("the text stays as it was: digits, escapes, separators of lines that are none", () => {
    const home = temporary();
    const kept = [
      '{"event":"big","n":12345678901234567890123,"m":1.10}',
      String.raw`{"event":"half","a":"\ud83d"}`,
      '{"event":"separators","a":"x\u2028y\u2029z\u0085"}',
      '{ "event" : "spaces" }',
    ];
    const { status } = write(home, `\uFEFF${kept.join("\r\n")}`);
    expect(status).toBe(0);
    expect(logOf(home)).toBe(`${kept.join("\n")}\n`);
  });

  test("bytes that are no UTF-8 are refused by name instead of being written anew", () => {
    const home = temporary();
    const input = Buffer.concat([Buffer.from('{"event":"a"}\n{"event":"'), Buffer.from([0xe4]), Buffer.from('"}\n')]);
    const { status, stderr } = write(home, input);
    expect(status).toBe(2);
    expect(stderr).toMatch(/Line 1 was written to .*; line 2 was not.*not UTF-8/);
    expect(logOf(home)).toBe('{"event":"a"}\n');
  });

  test("a line longer than anybody reads is refused by name", () => {
    const home = temporary();
    const long = `{"event":"${"x".repeat(70_000)}"}\n`;
    const { status, stderr } = write(home, `{"event":"a"}\n${long}`, "--set", "telemetry.maxLineBytes=65536");
    expect(status).toBe(2);
    expect(stderr).toContain("telemetry.maxLineBytes");
    expect(logOf(home)).toBe('{"event":"a"}\n');
  });

  test("two hundred thousand lines are written in little memory", () => {
    const home = temporary();
    const line = `{"event":"many","text":"${"x".repeat(200)}"}\n`;
    writeFileSync(join(home, "input"), line.repeat(200_000));
    const { status, stdout } = aistack(["telemetry", "write", "--home", home, "--json"], {
      inputFile: join(home, "input"),
      env: { NODE_OPTIONS: "--max-old-space-size=40" },
    });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ events: 200_000, bytes: line.length * 200_000 });
    expect(statSync(join(home, "telemetry/aistack-events.jsonl")).size).toBe(line.length * 200_000);
  });

  test("nothing at all is a mistake", () => {
    const home = temporary();
    expect(write(home, "\n \n")).toMatchObject({ status: 2, stderr: expect.stringContaining("No event was written") });
  });
});

test("help says which fields an event needs to teach, and what it says is so", () => {
  const { stdout } = aistack(["telemetry", "write", "--help"]);
  expect(stdout).toMatch(/task_completed: status, task\.prompt, task\.output/);
  const home = temporary();
  const question = "How do I sort a list of names in place?";
  const answer = "Call sort on the list.";
  const events = [
    { event: "task_completed", status: "completed", task: { prompt: `${question} 1`, output: answer } },
    { event: "error_resolution", error_id: "e1", error_description: `${question} 2`, solution: answer },
    { event_type: "agent_step_complete", query: `${question} 3`, response: answer, latency_ms: 1500 },
    { event_type: "local_inference", query: `${question} 4`, response: answer, latency_ms: 1500 },
    { event: "interaction_tracked", query: `${question} 5`, response: answer, outcome: "success" },
    { event: "completion", metadata: { prompt: `${question} 6`, response: answer } },
    { event: "refactoring", metadata: { prompt: `${question} 7`, response: answer } },
  ];
  for (const { event, event_type } of events) expect(stdout).toContain(event ?? event_type);
  expect(write(home, events.map((one) => `${JSON.stringify(one)}\n`).join("")).status).toBe(0);
  expect(aistackJson(["learn", "--once", "--home", home])).toMatchObject({ events: 7, lessons: 7 });
});

describe("an event from arguments", () => {
  const writing = (home: string, ...args: string[]) => aistack(["telemetry", "write", "--home", home, ...args]);

  test("a dot leads into an object, and one after a backslash is the name's own", () => {
    const home = temporary();
    const fields = ["task.prompt=Why?", "task.output=Because.", "a\\.b=1", "__proto__.x=2"];
    expect(writing(home, "--event", "done", ...fields.flatMap((one) => ["--field", one])).status).toBe(0);
    expect(logOf(home)).toMatch(
      /^\{"timestamp":"[^"]+","event_type":"done","task":\{"prompt":"Why\?","output":"Because\."\},"a\.b":1,"__proto__":\{"x":2\}\}\n$/,
    );
  });

  test.each([
    ["12345678901234567890123", '"12345678901234567890123"'],
    ["9007199254740993", '"9007199254740993"'],
    ["-0.12345678901234567890", '"-0.12345678901234567890"'],
    ["1e-999", '"1e-999"'],
    ['{"id":9007199254740993,"n":[1.50]}', '{"id":"9007199254740993","n":[1.5]}'],
    ["9007199254740992", "9007199254740992"],
    ["1.50", "1.5"],
    ["1E3", "1000"],
    ["1e23", "1e+23"],
    ["100000000000000000000000", "1e+23"],
    ["0.0", "0"],
    ["5e-7", "5e-7"],
  ])("a number keeps its digits or is written as text: %s", (given, kept) => {
    const home = temporary();
    expect(writing(home, "--event", "x", "--field", `n=${given}`).status).toBe(0);
    expect(logOf(home)).toContain(`"n":${kept}}`);
  });

  test.each([
    ["an empty event", ["--event", ""]],
    ["a field twice", ["--event", "x", "--field", "a=1", "--field", "a=2"]],
    ["a field in one that is no object", ["--event", "x", "--field", "a=1", "--field", "a.b=2"]],
    ["an object in the place of a field in it", ["--event", "x", "--field", "a.b=1", "--field", "a=2"]],
    ["a name with an empty part", ["--event", "x", "--field", "a..b=1"]],
    ["a number that JSON cannot carry", ["--event", "x", "--field", "n=1e999"]],
    ["such a number inside", ["--event", "x", "--field", 'n={"a":[-1e999]}']],
    ["a field without a value", ["--event", "x", "--field", "hunter2"]],
  ])("%s is a mistake, and nothing is written", (_what, args) => {
    const home = temporary();
    const { status, stderr } = writing(home, ...args);
    expect([status, logOf(home)]).toEqual([2, ""]);
    expect(stderr).not.toContain("hunter2");
  });
});

test.each(["hunter2 not JSON", '{"a":"b" hunter2}', '{"a":hunter2}', '"hunter2', '{"a":"hunter2'])(
  "what is wrong with a line is told without its words: %s",
  (line) => {
    const { status, stdout, stderr } = write(temporary(), line, "--json");
    expect(status).toBe(2);
    expect(stdout + stderr).not.toMatch(/hunt/);
    expect(stderr).toContain("not valid JSON");
  },
);

describe("an event from arguments beside standard input", () => {
  const args = ["telemetry", "write", "--event", "z"];

  test.each([
    ["lines in a file", (home: string) => write(home, '{"event":"e"}\n', "--event", "z")],
    ["lines in a pipe", (home: string) => aistack([...args, "--home", home], { input: '{"event":"e"}\n' })],
  ])("%s are said to be left unread, and the event is written", (_title, run) => {
    const home = temporary();
    const { status, stderr } = run(home);
    expect(status).toBe(0);
    expect(stderr).toContain("standard input was not read");
    expect(logOf(home).trim().split("\n")).toHaveLength(1);
  });

  test("an empty input is not spoken of", () => {
    expect(aistack([...args, "--home", temporary()], { input: "" }).stderr).toBe("");
  });

  test("a pipe that stays open is not waited for", async () => {
    const home = temporary();
    const child = spawn(process.execPath, [program, ...args, "--home", home], { stdio: ["pipe", "ignore", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    child.stderr.on("data", (part) => {
      said += part;
    });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    expect(said).toBe("");
  });

  test("a loop that reads lines keeps them", () => {
    const home = temporary();
    const script = `while read -r one; do "$0" "$1" telemetry write --event "$one" --home "$2"; done`;
    const words = [process.execPath, program, home];
    spawnSync("bash", ["-c", script, ...words], { input: "a\nb\nc\n" });
    expect(logOf(home).match(/"event_type":"."/g)).toEqual([
      '"event_type":"a"',
      '"event_type":"b"',
      '"event_type":"c"',
    ]);
  });
});
