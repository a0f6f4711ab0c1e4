import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readReport } from "../../src/services/read-report.ts";
import { startPostgres } from "../engine/stores/postgres.ts";
import { temporaryDirectory, until } from "../engine/telemetry/writing.ts";
import { needs } from "../parts.ts";
import { startQdrantProcess } from "../stand-ins/qdrant-process.ts";
import { openFaultProxy } from "./proxy.ts";
import { endAll, startAistack, taskLine } from "./running.ts";

const mebibyte = 1024 * 1024;
const backlogBytes = 150 * mebibyte;
const memoryMaxBytes = 300 * mebibyte;
const resumeBytes = 80 * mebibyte;

afterEach(endAll);

test.skipIf(needs("postgres").missing)(
  "150 MB wait while PostgreSQL and the Qdrant stand-in are away: intake pauses above 100 MB, memory stays below 300 MB, and each goes on by itself",
  async () => {
    using directory = temporaryDirectory();
    await using server = await startPostgres();
    await using proxy = await openFaultProxy({ port: server.port });
    await using qdrant = await startQdrantProcess({ directory: join(directory.path, "qdrant") });
    await using qdrantProxy = await openFaultProxy({ port: qdrant.port });
    const home = join(directory.path, "home");
    const telemetry = join(home, "telemetry");
    mkdirSync(telemetry, { recursive: true });
    mkdirSync(join(home, "secrets"));
    writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
    const log = join(telemetry, "ralph-events.jsonl");
    const places = [`postgres.port=${proxy.port}`, `qdrant.url=http://${qdrantProxy.host}:${qdrantProxy.port}`];
    const settings = [...server.settings(), ...places, "breakers.openMs=1000"];
    const args = ["--home", home, ...settings.flatMap((setting) => ["--set", setting])];
    const produce = async () => {
      const event = ["--event", "task_submitted", "--log", "other-events.jsonl"];
      const writing = startAistack(["telemetry", "write", ...event, ...args], directory.path);
      return { code: await writing.ended, said: writing.complained() };
    };

    const tasks = Array.from({ length: 600 }, (_, index) => `b${index}`);
    const early = tasks.slice(0, 20);
    writeFileSync(log, early.map((name) => taskLine(name)).join(""));
    const learner = startAistack(["learn", ...args], directory.path);
    const report = () => readReport(home)?.report ?? null;
    const lagOf = (sink: string) => report()?.sinks.find(({ name }) => name === sink)?.lagBytes;
    let peakBytes = 0;
    const holds = (condition: () => boolean) => {
      peakBytes = Math.max(peakBytes, learner.peakBytes());
      expect(learner.process.exitCode, learner.complained()).toBe(null);
      return condition();
    };
    const waitFor = (condition: () => boolean) => until(() => holds(condition), 300_000);
    await waitFor(() => report()?.sinks.every(({ events, lagBytes }) => events >= 20 && lagBytes === 0) === true);
    expect((await produce()).code).toBe(0);

    proxy.set("cut");
    qdrantProxy.set("cut");
    const noise = `${JSON.stringify({ event: "iteration_completed", note: "y".repeat(1000) })}\n`;
    const later = tasks.slice(20);
    const perTask = Math.ceil(backlogBytes / later.length / noise.length);
    for (const name of later) appendFileSync(log, noise.repeat(perTask) + taskLine(name));
    await waitFor(() => report()?.pressure.intakePaused === true);
    expect(report()?.pressure.backlogBytes).toBeGreaterThan(100 * mebibyte);
    await waitFor(() => (lagOf("rows") ?? 0) >= backlogBytes);
    // The line to the database may be found cut only when the batch in hand has been built.
    await waitFor(() => (report()?.sinks.find(({ name }) => name === "rows")?.waiting ?? "") !== "");
    const refused = await produce();
    expect([refused.code, refused.said]).toEqual([5, expect.stringContaining("intake is paused")]);

    proxy.set("pass");
    let pausedAt = Number.POSITIVE_INFINITY;
    await waitFor(() => {
      const pressure = report()?.pressure;
      if (pressure?.intakePaused === true) pausedAt = Math.min(pausedAt, pressure.backlogBytes);
      return pressure?.intakePaused === false;
    });
    // Reports are a second apart, so what is seen last before and first after lies on both sides of the bound.
    expect(pausedAt).toBeGreaterThanOrEqual(resumeBytes);
    expect(report()?.pressure.backlogBytes).toBeLessThan(resumeBytes);
    expect((await produce()).code).toBe(0);
    await waitFor(() => lagOf("rows") === 0 && lagOf("dataset") === 0);
    expect(lagOf("vectors")).toBeGreaterThan(0);
    qdrantProxy.set("pass");
    await waitFor(() => report()?.sinks.every(({ lagBytes }) => lagBytes === 0) === true);
    learner.process.kill("SIGINT");
    await learner.ended;

    const kept = server.sql("SELECT prompt FROM aistack.lessons");
    const taught = kept.map((prompt) => /called (\S+) now/.exec(prompt)?.[1] ?? prompt);
    expect(taught.toSorted()).toEqual(tasks.toSorted());
    expect(await qdrant.count("skills-patterns")).toBe(tasks.length);
    expect(peakBytes).toBeLessThan(memoryMaxBytes);
    process.stdout.write(`150 MB of backlog: peak ${Math.round(peakBytes / mebibyte)} MB\n`);
  },
);
