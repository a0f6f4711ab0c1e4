import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aistack, aistackJson, fixtures, startAistack, temporary, until } from "./running.ts";

const samples = ["--source", join(fixtures, "telemetry/*.jsonl"), "--source", join(fixtures, "transcripts/*.jsonl")];
const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);

const task = (id: string, extra: object = {}) =>
  `${JSON.stringify({
    event: "task_completed",
    task_id: id,
    status: "completed",
    total_iterations: 2,
    task: { task_id: id, prompt: `Please configure the service ${id} now`, output: `Done: ${id} runs`, iteration: 2 },
    ...extra,
  })}\n`;

describe("learning from the recorded samples", () => {
  test("every line is explained, per source and in total", () => {
    const result = aistackJson(["learn", "--once", "--home", temporary(), ...samples]);
    expect(result.schemaVersion).toBe(1);
    expect(result.events).toBe(307);
    expect(result.lessons).toBe(22);
    expect(result.events).toBe(result.lessons + result.duplicates + sum(result.rejected));
    const sources = Object.entries<{ events: number; lessons: number; duplicates: number; rejected: never }>(
      result.bySource,
    );
    for (const [file, one] of sources) {
      const lines = readFileSync(file, "utf8").split("\n").filter(Boolean).length;
      expect([file, one.events]).toEqual([file, lines]);
      expect([file, one.lessons + one.duplicates + sum(one.rejected)]).toEqual([file, lines]);
    }
    expect(result.dataset.pairs).toBe(22);
    expect(result.sinks.map(({ lagBytes }: { lagBytes: number }) => lagBytes)).toEqual([0, 0, 0, 0]);
  });

  test("each lesson leads back to the lines of its question and its answer", () => {
    const home = temporary();
    aistackJson(["learn", "--once", "--home", home, ...samples]);
    const { lessons } = aistackJson(["dataset", "list", "--limit", "100", "--home", home]);
    expect(lessons).toHaveLength(22);
    for (const { file, offset, bytes, id } of lessons) {
      const fd = openSync(file, "r");
      const line = Buffer.alloc(bytes);
      readSync(fd, line, 0, bytes, offset);
      closeSync(fd);
      for (const one of line.toString().trimEnd().split("\n")) expect(() => JSON.parse(one)).not.toThrow();
      const { lesson } = aistackJson(["dataset", "show", id.slice(0, 16), "--home", home]);
      const firstWords = lesson.response.split(/[\n"\\]/)[0].slice(0, 30);
      expect(line.toString()).toContain(firstWords.slice(0, firstWords.indexOf("~") + 1 || undefined).replace("~", ""));
    }
  });

  test("a store that is removed under the learner ends it, and all is learned again from the logs", async () => {
    const home = temporary();
    const log = join(home, "own-events.jsonl");
    writeFileSync(log, task("one"));
    const engine = startAistack(["learn", "--source", log, "--home", home]);
    const pairs = () => aistackJson(["dataset", "list", "--home", home]).lessons.length;
    await until(() => existsSync(join(home, "dataset.jsonl")) && pairs() === 1);
    for (const end of ["", "-wal", "-shm"]) rmSync(join(home, `aistack.db${end}`), { force: true });
    appendFileSync(log, task("two"));
    expect(await engine.ended).toBe(1);
    expect(engine.text()).toMatch(/aistack\.db was not written: the file was removed or replaced while it was open/);
    expect(engine.text()).toMatch(/learn again from the logs: aistack learn/);
    aistackJson(["learn", "--once", "--source", log, "--home", home]);
    expect(pairs()).toBe(2);
    expect(readFileSync(join(home, "dataset.jsonl"), "utf8").trim().split("\n")).toHaveLength(2);
  });

  test("learning again adds nothing", () => {
    const home = temporary();
    aistackJson(["learn", "--once", "--home", home, ...samples]);
    const before = readFileSync(join(home, "dataset.jsonl"), "utf8");
    const again = aistackJson(["learn", "--once", "--home", home, ...samples]);
    expect([again.events, again.lessons, again.duplicates]).toEqual([0, 0, 0]);
    expect(readFileSync(join(home, "dataset.jsonl"), "utf8")).toBe(before);
    expect(aistackJson(["status", "--home", home]).kept).toMatchObject({ lessons: 22, vectors: 22, pairs: 22 });
  });

  test("a source that gives events and no lesson is warned of with its reasons", () => {
    const gaps = join(fixtures, "telemetry/query-gaps.jsonl");
    const { stderr } = aistack(["learn", "--once", "--home", temporary(), "--source", gaps]);
    expect(stderr).toMatch(
      /0 lessons from 127 events of .*query-gaps\.jsonl \(query gap\): no_answer 127 \(A question that got no answer\)/,
    );
  });

  test("a hundred small files that teach nothing are one source, in the run, in status and in doctor", () => {
    const home = temporary();
    const logs = temporary();
    const line = '{"type":"session_meta","timestamp":"2026-03-01T10:00:00Z","payload":{"id":"x"}}\n';
    for (let index = 0; index < 100; index++) writeFileSync(join(logs, `rollout-${index}.jsonl`), line.repeat(20));
    const args = ["--home", home, "--set", `telemetry.sources=["${logs}/*.jsonl"]`];
    const { stderr } = aistack(["learn", "--once", ...args]);
    expect(stderr).toContain(`0 lessons from 2000 events of ${logs}/*.jsonl (Codex): bookkeeping 2000`);
    expect(aistackJson(["status", ...args])).toMatchObject({
      zeroYield: [{ source: `${logs}/*.jsonl`, dialect: "Codex", events: 2000, rejected: { bookkeeping: 2000 } }],
      learned: { reasons: { bookkeeping: "The agent's own bookkeeping." } },
    });
    const { checks } = JSON.parse(aistack(["doctor", "--json", ...args]).stdout);
    expect(checks).toContainEqual(
      expect.objectContaining({ name: "yield", verdict: "warning", found: expect.stringContaining("2000 events") }),
    );
  });
});

describe("lines of every kind", () => {
  test("the same words are one lesson, whoever wrote them; failed work teaches nothing", () => {
    const home = temporary();
    const log = join(home, "ralph-events.jsonl");
    writeFileSync(log, `${task("a")}${task("a")}${task("b", { status: "failed" })}{"event":"task_submitted"}\n`);
    const result = aistackJson(["learn", "--once", "--home", home, "--source", log]);
    expect(result).toMatchObject({ events: 4, lessons: 1, duplicates: 1 });
    expect(result.rejected).toEqual({ not_successful: 1, task_step: 1 });
  });

  test("bad lines are counted, listed by address, and learned from when they are mended", () => {
    const home = temporary();
    const log = join(home, "x-events.jsonl");
    const long = task("long", { pad: "x".repeat(5000) });
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}\n`;
    const bytes = [
      Buffer.from(task("a")),
      Buffer.from("{oops\n"),
      Buffer.from([0xff, 0xfe, 10]),
      Buffer.from("\0\0\n"),
    ];
    writeFileSync(
      log,
      Buffer.concat([...bytes, Buffer.from(`\r\n${long}`), Buffer.from(deep), Buffer.from(task("b"))]),
    );
    const limit = ["--set", "telemetry.maxLineBytes=4000"];
    const result = aistackJson(["learn", "--once", "--home", home, "--source", log, ...limit]);
    expect(result).toMatchObject({ events: 8, lessons: 2 });
    expect(result.rejected).toEqual({ malformed_json: 2, invalid_utf8: 1, empty_line: 1, line_too_long: 2 });
    const { badLines } = aistackJson(["learn", "--rejected", "--home", home]);
    expect(badLines.map(({ reason }: { reason: string }) => reason).toSorted()).toEqual([
      "invalid_utf8",
      "line_too_long",
      "line_too_long",
      "malformed_json",
      "malformed_json",
    ]);
    expect(aistackJson(["learn", "--replay", "--home", home])).toMatchObject({ lessons: 1, stillBad: 4, gone: 0 });
    expect(aistackJson(["learn", "--rejected", "--home", home]).badLines).toHaveLength(4);
    expect(aistackJson(["status", "--home", home]).learned).toMatchObject({ events: 8, lessons: 3 });
  });

  test("a checkpoint is taken in time even where many events may be at risk", () => {
    const log = join(temporary(), "x-events.jsonl");
    writeFileSync(log, Array.from({ length: 20_000 }, (_, index) => task(`number ${index}`)).join(""));
    const checkpoints = (...set: string[]) => {
      const flags = ["learning.checkpointEvents=100000", ...set].flatMap((one) => ["--set", one]);
      return aistackJson(["learn", "--once", "--home", temporary(), "--source", log, ...flags]).checkpoints;
    };
    expect(checkpoints("learning.checkpointMs=60000")).toBe(4);
    expect(checkpoints("learning.checkpointMs=10")).toBeGreaterThan(8);
  });

  test("an empty file and a file of random bytes are nothing to fear", () => {
    const home = temporary();
    const random = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 7919 + (index >> 3)) % 256));
    writeFileSync(join(home, "a-events.jsonl"), "");
    writeFileSync(join(home, "b-events.jsonl"), random);
    const result = aistackJson(["learn", "--once", "--home", home, "--source", join(home, "*-events.jsonl")]);
    expect(result.lessons).toBe(0);
    expect(result.events).toBe(sum(result.rejected));
    expect(result.events).toBeGreaterThan(0);
  });

  test("a last line waits for its end unless it is whole, and is never counted twice", () => {
    const home = temporary();
    const log = join(home, "x-events.jsonl");
    const run = () => aistackJson(["learn", "--once", "--home", home, "--source", log]);
    writeFileSync(log, task("a").slice(0, 40));
    expect(run()).toMatchObject({ events: 0 });
    writeFileSync(log, task("a").trimEnd(), { flag: "r+" });
    expect(run()).toMatchObject({ events: 1, lessons: 1 });
    writeFileSync(log, `\n${task("b")}`, { flag: "a" });
    expect(run()).toMatchObject({ events: 1, lessons: 1 });
  });
});

describe("bad input is named, with what to type next", () => {
  test.each([
    ["a source that does not exist", () => "/no/such/file.jsonl", "it does not exist"],
    ["a directory", () => fixtures, "it is a directory"],
    [
      "a pipe",
      () => {
        const pipe = join(temporary(), "pipe");
        spawnSync("mkfifo", [pipe]);
        return pipe;
      },
      "not a regular file",
    ],
  ])("%s", (_what, make, why) => {
    const { status, stderr } = aistack(["learn", "--once", "--home", temporary(), "--source", make()]);
    expect(status).toBe(2);
    expect(stderr).toContain(why);
  });

  test.each([
    ["an unknown setting", { learning: { polMs: 5 } }, "learning.polMs"],
    ["a setting of the wrong type", { learning: { pollMs: "often" } }, "learning.pollMs"],
    ["a negative size", { rotation: { maxBytes: -1 } }, "rotation.maxBytes"],
  ])("%s in the configuration file", (_what, content, key) => {
    const home = temporary();
    writeFileSync(join(home, "config.json"), JSON.stringify(content));
    const { status, stderr } = aistack(["status", "--home", home]);
    expect(status).toBe(2);
    expect(stderr).toContain(key);
    expect(stderr).toContain(join(home, "config.json"));
  });

  test("a configuration that is not JSON, a bad variable and a bad flag", () => {
    const home = temporary();
    expect(aistack(["status", "--home", home], { env: { AISTACK_LEARNING_POLL_MS: "soon" } }).stderr).toContain(
      "AISTACK_LEARNING_POLL_MS",
    );
    expect(aistack(["status", "--home", home, "--set", "nothing=1"]).status).toBe(2);
    writeFileSync(join(home, "config.json"), "{");
    expect(aistack(["status", "--home", home]).status).toBe(2);
  });

  test("a home that cannot be made is named", () => {
    const file = join(temporary(), "file");
    writeFileSync(file, "");
    const { status, stderr } = aistack(["learn", "--once", "--home", join(file, "home")]);
    expect(status).toBe(1);
    expect(stderr).toContain(`${file} was not made: something that is no directory has this name`);
  });

  test("an unknown command and an unknown flag", () => {
    expect(aistack(["lern"]).status).toBe(2);
    expect(aistack(["learn", "--onec"]).status).toBe(2);
    expect(aistack([]).status).toBe(2);
  });
});

describe("two learners on one home", () => {
  test("the second says who holds it, looks, and ends when everything is taken; Ctrl-C ends the first with 130", async () => {
    const home = temporary();
    const log = join(home, "telemetry", "ralph-events.jsonl");
    mkdirSync(join(home, "telemetry"));
    writeFileSync(log, task("a"));
    const first = startAistack(["learn", "--home", home]);
    await until(() => aistack(["dataset", "list", "--json", "--home", home]).stdout.includes("service a"));
    const second = aistack(["learn", "--once", "--json", "--home", home]);
    expect(second.status).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ lookingOnly: true, attached: { pid: first.child.pid } });
    writeFileSync(log, task("b"), { flag: "a" });
    await until(() => aistack(["dataset", "list", "--json", "--home", home]).stdout.includes("service b"));
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(130);
  });
});

describe("what a learner that is there already would not do", () => {
  test.each([["--source", "x.jsonl"], ["--replay"], ["--rebuild-vectors"]])(
    "fails and names who holds the home, with %s",
    async (...more) => {
      const home = temporary();
      const first = startAistack(["learn", "--home", home]);
      await until(() => aistack(["status", "--json", "--home", home]).stdout.includes(`"pid":${first.child.pid}`));
      const source = join(home, "x.jsonl");
      writeFileSync(source, "");
      const options = more.map((one) => (one === "x.jsonl" ? source : one));
      const { status, stdout } = aistack(["learn", "--once", "--json", "--home", home, ...options]);
      expect([status, JSON.parse(stdout).error]).toMatchObject([
        1,
        {
          code: "held",
          what: expect.stringContaining(String(more[0])),
          why: expect.stringContaining(`process ${first.child.pid} (aistack learn`),
          hint: expect.stringContaining(`kill ${first.child.pid}`),
        },
      ]);
      first.child.kill("SIGINT");
      await first.ended;
    },
  );

  test("while learning is paused by hand, learning once says so at once", async () => {
    const home = temporary();
    const first = startAistack(["learn", "--home", home]);
    await until(() => aistack(["status", "--json", "--home", home]).stdout.includes(`"pid":${first.child.pid}`));
    aistack(["pause", "for", "lunch", "--home", home]);
    const started = performance.now();
    const { status, stdout } = aistack(["learn", "--once", "--json", "--home", home]);
    expect([status, JSON.parse(stdout).error]).toMatchObject([
      1,
      { code: "held", why: expect.stringContaining("for lunch"), hint: "Type: aistack resume" },
    ]);
    expect(performance.now() - started).toBeLessThan(15_000);
    first.child.kill("SIGINT");
    await first.ended;
  });
});

describe("the command line", () => {
  test("writes no colour into a pipe", () => {
    const { stdout, stderr } = aistack(["learn", "--once", "--home", temporary(), ...samples]);
    expect(`${stdout}${stderr}`).not.toContain("\u001b");
  });

  test("every reading verb has JSON with a schema version", () => {
    const home = temporary();
    aistackJson(["learn", "--once", "--home", home, ...samples]);
    for (const verb of [
      "status",
      "dataset stats",
      "dataset list",
      "proposals",
      "doctor",
      "info",
      "config list",
      "config path",
    ]) {
      expect([verb, aistackJson([...verb.split(" "), "--home", home]).schemaVersion]).toEqual([verb, 1]);
    }
  });

  test("settings are saved, shown and put back", () => {
    const home = temporary();
    aistackJson(["config", "set", "learning.pollMs", "300", "--home", home]);
    expect(aistackJson(["config", "get", "learning.pollMs", "--home", home]).value).toBe(300);
    aistackJson(["config", "set", "learning.pollMs", "--home", home]);
    expect(aistackJson(["config", "get", "learning.pollMs", "--home", home]).value).toBe(250);
    expect(aistack(["config", "set", "learning.pollMs", "-3", "--home", home]).status).toBe(2);
  });

  test("events are written from arguments and from standard input, and learned", () => {
    const home = temporary();
    aistackJson(["telemetry", "write", "--home", home, "--event", "task_submitted", "--field", "task_id=x"]);
    aistack(["telemetry", "write", "--home", home], { input: `${task("a")}${task("b")}` });
    expect(aistack(["telemetry", "write", "--home", home], { input: "not json\n" }).status).toBe(2);
    expect(aistackJson(["learn", "--once", "--home", home])).toMatchObject({ events: 3, lessons: 2 });
  });

  test("rotation keeps what is not learned, compresses what is, and gives it back", () => {
    const home = temporary();
    aistack(["telemetry", "write", "--home", home], { input: task("a") });
    const early = aistackJson(["rotate", "--force", "--home", home]);
    expect([early.compressed.length, early.waiting.length]).toEqual([0, 1]);
    expect(aistackJson(["learn", "--once", "--home", home])).toMatchObject({ events: 1, lessons: 1 });
    const later = aistackJson(["rotate", "--home", home]);
    expect(later.compressed).toHaveLength(1);
    expect(aistackJson(["rotate", "verify", "--home", home]).archives).toHaveLength(1);
    const target = join(home, "back.jsonl");
    aistackJson(["rotate", "restore", later.compressed[0].archive, target, "--home", home]);
    expect(readFileSync(target, "utf8")).toBe(task("a"));
  });

  test("an agent's transcripts are found but not read before they are enabled", () => {
    const home = temporary();
    const sessions = join(home, ".claude/projects/one");
    mkdirSync(sessions, { recursive: true });
    writeFileSync(join(sessions, "s.jsonl"), readFileSync(join(fixtures, "transcripts/claude-code-session_b.jsonl")));
    const env = { HOME: home, XDG_DATA_HOME: "", XDG_CONFIG_HOME: "" };
    const learn = () => JSON.parse(aistack(["learn", "--once", "--json"], { env }).stdout);
    const info = JSON.parse(aistack(["info", "--json"], { env }).stdout);
    const found = info.sources.find(({ name }: { name: string }) => name === "Claude Code");
    expect(found).toMatchObject({ enabled: false, files: 1, enable: "aistack config set telemetry.claudeCode true" });
    expect(learn().events).toBe(0);
    aistack(["config", "set", "telemetry.claudeCode", "true"], { env });
    expect(learn().lessons).toBe(1);
    chmodSync(sessions, 0o700);
  });
});

test("an answer that was cut before its first word is counted as cut, also where nothing follows", () => {
  const log = join(temporary(), "session.jsonl");
  const common = { sessionId: "s1", timestamp: "2026-01-02T03:04:05Z" };
  const asked = { role: "user", content: "How do I rename a git branch that was pushed?" };
  const said = {
    role: "assistant",
    model: "m",
    stop_reason: "max_tokens",
    content: [{ type: "text", text: "<think>So" }],
  };
  const lines = [
    { ...common, type: "user", uuid: "u1", message: asked },
    { ...common, type: "assistant", uuid: "a1", message: said },
  ];
  writeFileSync(log, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const { lessons, rejected } = aistackJson(["learn", "--once", "--home", temporary(), "--source", log]);
  expect([lessons, rejected]).toEqual([0, { turn_opened: 1, cut_off: 1 }]);
});
