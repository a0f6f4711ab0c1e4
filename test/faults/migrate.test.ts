import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openConfig } from "../../src/engine/config.ts";
import { sumsOf } from "../../src/engine/stores/move.ts";
import { openStack } from "../../src/services/stack.ts";
import { counted } from "../counts.ts";
import { startPostgres } from "../engine/stores/postgres.ts";
import { temporaryDirectory } from "../engine/telemetry/writing.ts";
import { needs } from "../parts.ts";
import { endAll, openDice, startAistack, taskLine } from "./running.ts";

const missing = needs("postgres").missing;
const lessons = counted(40_000, 100_000);
const kills = counted(3, 5);

afterEach(endAll);

describe.skipIf(missing)("moving a large store", () => {
  test(`${lessons} lessons are the same rows after a move to PostgreSQL and back, killed ${kills} times each way`, async () => {
    using directory = temporaryDirectory();
    await using server = await startPostgres();
    const home = join(directory.path, "home");
    mkdirSync(join(home, "secrets"), { recursive: true });
    writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
    const settings = server.settings().filter((pair) => !pair.startsWith("store.kind"));
    const config = Object.fromEntries(settings.map((pair) => pair.split("=")));
    writeFileSync(join(home, "config.json"), JSON.stringify({ ...config, "postgres.port": server.port }));
    const log = join(directory.path, "ralph-events.jsonl");
    for (let from = 0; from < lessons; from += 10_000) {
      const lines = Array.from({ length: 10_000 }, (_, index) =>
        taskLine(`t${from + index}`, index % 11 === 0 ? " \0 \ue000 é" : ` in ${(from + index) % 977} ways`),
      );
      appendFileSync(log, `${lines.join("")}{oops\n`);
    }
    const run = async (...args: string[]) => {
      const child = startAistack([...args, "--home", home], directory.path);
      expect(await child.ended, child.complained()).toBe(0);
    };
    await run("learn", "--once", "--source", log, "--set", "learning.checkpointEvents=1000");
    const sums = async () => {
      await using stack = openStack(openConfig({ home }), () => undefined);
      return await sumsOf(await stack.look(), new AbortController().signal);
    };
    const before = await sums();
    expect(before.find(({ table }) => table === "lessons")?.rows).toBe(lessons);
    const dice = openDice(5);
    for (const to of ["postgres", "embedded"]) {
      const started = performance.now();
      for (let kill = 0; kill < kills; kill++) {
        const moving = startAistack(["store", "migrate", "--to", to, "--home", home], directory.path);
        await new Promise((done) => setTimeout(done, 500 + 500 * dice() * kill));
        moving.process.kill("SIGKILL");
        expect(await moving.ended, "it was killed before its end").toBe(null);
      }
      await run("store", "migrate", "--to", to);
      expect(await sums()).toEqual(before);
      await using stack = openStack(openConfig({ home }), () => undefined);
      expect((await stack.look()).kind).toBe(to);
      process.stdout.write(`to ${to}: ${Math.round((performance.now() - started) / 1000)} s\n`);
    }
  });
});
