import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { needs } from "../parts.ts";
import { aistack, aistackJson, startAistack, temporary, until } from "./running.ts";

const linesARound = 15;

const task = (id: string) =>
  `${JSON.stringify({
    event: "task_completed",
    task_id: id,
    status: "completed",
    total_iterations: 2,
    task: { task_id: id, prompt: `Please configure the service ${id} now`, output: `Done: ${id} runs`, iteration: 2 },
  })}\n`;

/** A log, a home, and all that was learned from the one into the other. */
class Trial {
  readonly directory = temporary();
  readonly home = temporary();
  readonly log = join(this.directory, "x.jsonl");
  written = 0;
  events = 0;
  lessons = 0;
  duplicates = 0;
  lost = 0;

  append(lines = linesARound) {
    for (let line = 0; line < lines; line++) appendFileSync(this.log, task(`unit-${this.written++}`));
  }

  learn() {
    const result = aistackJson(["learn", "--once", "--source", this.log, "--home", this.home]);
    this.events += result.events;
    this.lessons += result.lessons;
    this.duplicates += result.duplicates;
    this.lost += result.lost.bytes;
  }

  counts() {
    const { events, lessons, duplicates, lost } = this;
    return { events, lessons, duplicates, lost };
  }

  expected() {
    return { events: this.written, lessons: this.written, duplicates: 0, lost: 0 };
  }
}

const seconds = (lateMs = 0) => Math.floor((Date.now() - lateMs) / 1000);

function run(command: string, args: readonly string[], input = "") {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8", input, timeout: 60_000 });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
}

function rotator(trial: Trial, directives: string) {
  const place = temporary();
  const file = join(place, "logrotate.conf");
  writeFileSync(file, `"${trial.log}" {\nrotate 50\nmissingok\n${directives}\n}\n`, { mode: 0o644 });
  let at = 0;
  return async () => {
    // Dated names are those of a second, by a clock that is a few milliseconds late.
    await until(() => seconds(50) > at);
    run("logrotate", ["--force", "--state", join(place, "state"), file]);
    at = seconds();
  };
}

const python = `
import gzip, logging.handlers, os, shutil, sys, time
when, packed, log, start = sys.argv[1], sys.argv[2] == "packed", sys.argv[3], float(sys.argv[4])
handler = logging.handlers.TimedRotatingFileHandler(log, when=when, backupCount=50, utc=True)
def pack(source, target):
    with open(source, "rb") as plain, gzip.open(target, "wb") as into:
        shutil.copyfileobj(plain, into)
    os.remove(source)
if packed:
    handler.namer = lambda name: name + ".gz"
    handler.rotator = pack
handler.rolloverAt = start
handler.doRollover()
handler.close()
`;

describe.skipIf(needs("logrotate").missing)("logs that logrotate rotates", () => {
  test.each([
    ["compressed at once", "compress"],
    ["compressed one rotation later", "compress\ndelaycompress"],
    ["copied, cut and compressed at once", "copytruncate\ncompress"],
    ["copied and cut, under a name with the extension last", "copytruncate\nextension .jsonl"],
    ["named by date and compressed", "dateext\ndateformat -%Y%m%d-%s\ncompress"],
    [
      "named by date before the extension, and compressed",
      "dateext\ndateformat .%Y-%m-%d_%H-%M-%S\nextension .jsonl\ncompress",
    ],
    ["compressed with zstd", "compress\ncompresscmd /usr/bin/zstd\ncompressext .zst"],
  ])("%s: every line is learned once, whether the learner was up or down", async (_, directives) => {
    const trial = new Trial();
    const rotate = rotator(trial, directives);
    trial.append();
    trial.learn();
    // Down: a rest that was not read is rotated away, and another one after it.
    trial.append();
    await rotate();
    trial.append();
    await rotate();
    trial.append();
    trial.learn();
    await rotate();
    trial.learn();
    trial.append();
    await rotate();
    trial.learn();
    trial.learn();
    expect(trial.counts()).toEqual(trial.expected());
  });

  test("copied, cut and compressed under a learner that runs: every line is learned once", async () => {
    const trial = new Trial();
    const rotate = rotator(trial, "copytruncate\ncompress");
    trial.append();
    const learner = startAistack(["learn", "--source", trial.log, "--home", trial.home]);
    for (let round = 0; round < 4; round++) {
      trial.append(200);
      await rotate();
      trial.append(3);
    }
    const state = () => aistackJson(["status", "--home", trial.home]).learned;
    await until(() => state()?.lessons === trial.written);
    learner.child.kill("SIGTERM");
    await learner.ended;
    trial.learn();
    expect(trial.counts()).toEqual({ events: 0, lessons: 0, duplicates: 0, lost: 0 });
    expect(state()).toMatchObject({ events: trial.written, lessons: trial.written, duplicates: 0 });
  });
});

describe.skipIf(needs("python3").missing)("logs that Python's TimedRotatingFileHandler rotates", () => {
  test.each([
    ["by the second", "S", "plain"],
    ["by the minute", "M", "plain"],
    ["by the hour", "H", "plain"],
    ["at midnight", "midnight", "plain"],
    ["weekly", "W0", "plain"],
    ["by the second, compressed", "S", "packed"],
    ["at midnight, compressed", "midnight", "packed"],
  ])("%s: every line is learned once, whether the learner was up or down", (_, when, packed) => {
    const trial = new Trial();
    let at = Date.UTC(2026, 0, 1) / 1000;
    const rotate = () => {
      at += 8 * 86_400 + 3661;
      run("python3", ["-c", python, when, packed, trial.log, String(at)]);
    };
    trial.append();
    trial.learn();
    trial.append();
    rotate();
    trial.append();
    rotate();
    trial.append();
    trial.learn();
    rotate();
    trial.learn();
    expect(readdirSync(trial.directory)).toHaveLength(4);
    expect(trial.counts()).toEqual(trial.expected());
  });
});

describe("compressed generations", () => {
  const some = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => task(`piece-${from + index}`)).join("");

  test("one that was compressed again, renamed or unpacked is not learned again", () => {
    const trial = new Trial();
    trial.append();
    const text = some(0, 20);
    writeFileSync(`${trial.log}.1.gz`, gzipSync(text));
    trial.learn();
    expect(trial.events).toBe(linesARound + 20);
    rmSync(`${trial.log}.1.gz`);
    writeFileSync(`${trial.log}.2.zst`, zstdCompressSync(text));
    trial.learn();
    rmSync(`${trial.log}.2.zst`);
    writeFileSync(`${trial.log}.3`, text);
    trial.learn();
    rmSync(`${trial.log}.3`);
    writeFileSync(
      `${trial.log}.2026-01-01.gz`,
      Buffer.concat([gzipSync(text.slice(0, 700)), gzipSync(text.slice(700))]),
    );
    trial.learn();
    expect(trial.events).toBe(linesARound + 20);
  });

  test("one that is damaged gives the whole lines before the damage, and is named once", () => {
    const trial = new Trial();
    trial.append(1);
    const packed = gzipSync(some(0, 400));
    writeFileSync(`${trial.log}.1.gz`, packed.subarray(0, packed.length - 500));
    const args = ["learn", "--once", "--source", trial.log, "--home", trial.home];
    const first = aistack(args);
    expect(first.status).toBe(0);
    expect(
      first.stderr.match(/x\.jsonl\.1\.gz is not read: after \d+ bytes of its content it is damaged/g),
    ).toHaveLength(1);
    const { learned } = aistackJson(["status", "--home", trial.home]);
    expect(learned.lessons).toBeGreaterThan(200);
    expect(learned.lessons).toBeLessThan(401);
    expect(aistack(args).stderr).not.toMatch(/damaged/);
    writeFileSync(`${trial.log}.1.gz`, packed);
    trial.learn();
    expect(aistackJson(["status", "--home", trial.home]).learned).toMatchObject({ events: 401, lessons: 401 });
  });

  test("one that cannot be read is named with its bytes", () => {
    const trial = new Trial();
    trial.append(1);
    writeFileSync(`${trial.log}.1.xz`, Buffer.alloc(1234));
    const { stderr, status } = aistack(["learn", "--once", "--source", trial.log, "--home", trial.home]);
    expect(status).toBe(0);
    expect(stderr.match(/1 rotated file \(1234 bytes\) compressed with xz/g)).toHaveLength(1);
  });

  test("one that holds fifty megabytes of nothing gives the lines behind it", () => {
    const trial = new Trial();
    trial.append(1);
    writeFileSync(`${trial.log}.1.gz`, Buffer.concat([gzipSync(Buffer.alloc(5e7)), gzipSync(`\n${some(0, 3)}`)]));
    const { status } = aistack(["learn", "--once", "--source", trial.log, "--home", trial.home]);
    expect(status).toBe(0);
    expect(aistackJson(["status", "--home", trial.home]).learned.lessons).toBe(4);
  });
});

describe("odd names", () => {
  test("a glob with a link to nothing, a loop, a directory, a pipe and a name that is not UTF-8 warns and goes on", () => {
    const trial = new Trial();
    trial.append(5);
    const place = (name: string) => join(trial.directory, name);
    symlinkSync("nowhere", place("a.jsonl"));
    symlinkSync("b.jsonl", place("b.jsonl"));
    mkdirSync(place("c.jsonl"));
    run("mkfifo", [place("d.jsonl")]);
    writeFileSync(Buffer.concat([Buffer.from(`${trial.directory}/e`), Buffer.from([0xff]), Buffer.from(".jsonl")]), "");
    const args = ["learn", "--once", "--source", place("*.jsonl"), "--home", trial.home];
    const { status, stderr } = aistack(args);
    expect(status).toBe(0);
    for (const why of [
      /a\.jsonl is not read: it is a link to something that does not exist/,
      /b\.jsonl is not read: it is a link that leads back to itself/,
      /c\.jsonl is not read: it is a directory/,
      /d\.jsonl is not read: it is a named pipe/,
      /e\ufffd\.jsonl is not read: its name is not UTF-8/,
    ]) {
      expect(stderr).toMatch(why);
    }
    expect(aistackJson(["status", "--home", trial.home]).learned.lessons).toBe(5);
    for (const name of ["a", "b", "c", "d"]) {
      const alone = aistack(["learn", "--once", "--source", place(`${name}.jsonl`), "--home", trial.home]);
      expect([name, alone.status]).not.toEqual([name, 0]);
      expect(alone.stderr).toMatch(/was not read/);
    }
  });

  test("a path with glob signs that exists is taken literally, as a source and as a home", () => {
    for (const name of ["g[1].jsonl", "a{b}.jsonl", "x*y.jsonl", "!z(1).jsonl"]) {
      const trial = new Trial();
      const file = join(trial.directory, name);
      writeFileSync(file, task("literal"));
      writeFileSync(join(trial.directory, "xory.jsonl"), task("other"));
      writeFileSync(join(trial.directory, "g1.jsonl"), task("another"));
      const result = aistackJson(["learn", "--once", "--source", file, "--home", trial.home]);
      expect([name, Object.keys(result.bySource)]).toEqual([name, [file]]);
    }
    const home = join(temporary(), "g[1] {a,b} *");
    mkdirSync(join(home, "telemetry"), { recursive: true });
    writeFileSync(join(home, "telemetry", "own-events.jsonl"), task("own"));
    expect(aistackJson(["learn", "--once", "--home", home]).lessons).toBe(1);
    expect(existsSync(join(home, "telemetry"))).toBe(true);
  });
});
