import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readReport } from "../../src/services/read-report.ts";
import { lessonLine } from "../engine/lists.ts";
import { startPostgres } from "../engine/stores/postgres.ts";
import { countEach, temporaryDirectory, until } from "../engine/telemetry/writing.ts";
import { needs } from "../parts.ts";
import { endAll, startAistack } from "./running.ts";

const mebibyte = 1024 * 1024;
const memoryMaxBytes = 300e6;

afterEach(endAll);

test.skipIf(needs("postgres").missing)(
  "with the store down a backlog of 150 MB pauses intake, and once it is back everything is learned and intake resumes by itself",
  async () => {
    using directory = temporaryDirectory();
    await using server = await startPostgres();
    const home = join(directory.path, "home");
    mkdirSync(join(home, "telemetry"), { recursive: true });
    mkdirSync(join(home, "secrets"));
    writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
    const log = join(home, "telemetry", "ralph-events.jsonl");
    const pad = "x".repeat(10_000);
    const names: string[] = [];
    const write = (count: number) => {
      const more = Array.from({ length: count }, (_, index) => `work${names.length + index}`);
      appendFileSync(log, more.map((name) => lessonLine(name, pad)).join(""));
      names.push(...more);
    };
    const settings = [...server.settings(), "breakers.openMs=2000", "disk.minFreeBytes=0"];
    const args = ["--home", home, ...settings.flatMap((pair) => ["--set", pair])];
    const live = () => {
      const seen = readReport(home);
      return seen?.live ? seen.report : null;
    };

    write(10);
    const learner = startAistack(["learn", ...args], directory.path);
    const peak = () => learner.peakBytes();
    const settled = () => live()?.sinks.every(({ lagBytes, measured }) => measured && lagBytes === 0) === true;
    await until(() => (live()?.sinks[0]?.events ?? 0) === 10 && settled(), 60_000);

    await server.kill();
    for (let part = 0; part < 30; part++) write(500);
    const written = readFileSync(log).length;
    expect(written).toBeGreaterThan(150e6);
    await until(() => live()?.pressure.intakePaused === true, 60_000);
    await until(() => (live()?.pressure.backlogBytes ?? 0) > 149e6, 60_000);
    await until(() => live()?.breakers[0]?.state === "open", 60_000);
    expect(live()?.pressure).toMatchObject({ optionalPutOff: true, secondsLeft: null });
    const refused = startAistack(["telemetry", "write", "--event", "x", ...args], directory.path);
    expect(await refused.ended).toBe(5);
    expect(refused.complained()).toMatch(/intake is paused/);
    const status = startAistack(["status", "--json", ...args], directory.path);
    expect(await status.ended, status.complained()).toBe(0);
    expect(JSON.parse(status.said())).toMatchObject({
      learned: null,
      store: { what: expect.any(String) },
      backpressure: { intakePaused: true },
      sinks: [{ name: "rows", waiting: expect.any(String) }, {}, {}, {}],
    });

    await server.start();
    let rate = 0;
    await until(() => {
      rate = Math.max(rate, live()?.pressure.secondsLeft ?? 0);
      return live()?.pressure.intakePaused === false;
    }, 300_000);
    expect(rate).toBeGreaterThan(0);
    await until(settled, 300_000);
    const changes = learner.complained().match(/backlog of \d+ bytes: intake .*/g) ?? [];
    expect(changes).toHaveLength(2);
    const [above, below] = changes.map((text) => Number(/\d+/.exec(text)?.[0]));
    expect(above).toBeGreaterThan(100 * mebibyte);
    expect(below).toBeLessThan(80 * mebibyte);
    expect(peak()).toBeGreaterThan(0);
    expect(peak()).toBeLessThanOrEqual(memoryMaxBytes);
    const accepted = startAistack(["telemetry", "write", "--event", "x", ...args], directory.path);
    expect(await accepted.ended).toBe(0);
    learner.process.kill("SIGINT");
    expect(await learner.ended).toBe(130);

    const nameIn = (text: string) => /It is done: (work\d+)/.exec(text)?.[1] ?? text;
    const rows = server.sql("SELECT response FROM aistack.lessons").map(nameIn);
    const pairs = readFileSync(join(home, "dataset.jsonl"), "utf8").trimEnd().split("\n").map(nameIn);
    for (const kept of [rows, pairs]) {
      const often = countEach(kept);
      expect(kept).toHaveLength(names.length);
      expect(names.filter((name) => often.get(name) !== 1)).toEqual([]);
    }
  },
);
