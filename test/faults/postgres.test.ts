import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openConfig } from "../../src/engine/config.ts";
import { openPostgres, type Postgres } from "../../src/engine/stores/postgres.ts";
import { postgresAddress } from "../../src/engine/stores/postgres-address.ts";
import { counted } from "../counts.ts";
import { type PostgresServer, startPostgres } from "../engine/stores/postgres.ts";
import { countEach, temporaryDirectory } from "../engine/telemetry/writing.ts";
import { needs } from "../parts.ts";
import { openFaultProxy } from "./proxy.ts";
import { betterWork, endAll, type Running, sessionLines, sessionsEnd, startAistack, taskLine } from "./running.ts";

const missing = needs("postgres").missing;
const kills = counted(18, 50);
const freezes = counted(8, 20);
const cuts = counted(64, 200);
const events = counted(72_000, 200_000);
/** The learner itself is killed at one fault of nine. */
const learnerKills = counted(10, 30);
const sinks = ["rows", "dataset", "vectors", "neighbours"];

afterEach(endAll);

type Fault = "kill" | "freeze" | "cut";

// Every kind spread evenly over the whole run.
function schedule(): Fault[] {
  const kinds: readonly (readonly [Fault, number])[] = [
    ["kill", kills],
    ["freeze", freezes],
    ["cut", cuts],
  ];
  return kinds
    .flatMap(([fault, count]) => Array.from({ length: count }, (_, index) => ({ fault, at: (index + 0.5) / count })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ fault }) => fault);
}

// One event in four is a lesson; the others are the steps around it.
function eventLines(from: number, to: number): string {
  let text = "";
  for (let number = from; number < to; number++) {
    text +=
      number % 4 === 0 ? taskLine(`e${number}`) : `${JSON.stringify({ event: "task_submitted", task_id: number })}\n`;
  }
  return text;
}

async function offsetsOf(watch: Postgres): Promise<Map<string, number>> {
  const rows = await watch.ask("SELECT sink, (body::json ->> 'offset')::bigint AS place FROM cursors");
  return new Map(rows.map(({ sink, place }) => [String(sink), Number(place)]));
}

async function caughtUp(watch: Postgres, log: string, learner: () => Running): Promise<void> {
  const { size } = statSync(log);
  const end = performance.now() + 60_000;
  let offsets = new Map<string, number>();
  for (;;) {
    offsets = await offsetsOf(watch).catch(() => offsets);
    if (sinks.every((sink) => offsets.get(sink) === size)) return;
    if (performance.now() > end) {
      throw new Error(
        `${JSON.stringify([...offsets])} of ${size} after a minute: ${learner().complained().slice(-3000)}`,
      );
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

// The last turns are decided once nothing has followed them for a while, by each sink for itself.
async function settled(watch: Postgres, lessons: number, rejected: number): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    const [counts = {}] = await watch.ask(
      `SELECT (SELECT count(*) FROM lessons) AS a, (SELECT count(*) FROM vectors) AS b,
       (SELECT count(*) FROM neighbours) AS c, (SELECT count(*) FROM pairs) AS d,
       (SELECT count(*) FROM negatives WHERE chosen <> '') AS e`,
    );
    const { e, ...others } = counts;
    if (Number(e) === rejected && Object.values(others).every((count) => Number(count) === lessons)) return;
    if (performance.now() > end) throw new Error(`${JSON.stringify(counts)} after a minute, not ${lessons}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function strike(fault: Fault, index: number, server: PostgresServer, proxy: { cut(): number; reset(): number }) {
  const beat = (ms: number) => new Promise((done) => setTimeout(done, ms));
  if (fault === "kill") {
    await beat(Math.random() * 60);
    await server.kill();
    if (index % 4 === 0) await beat(400);
    await server.start();
  } else if (fault === "freeze") {
    await beat(Math.random() * 60);
    server.freeze();
    // Sometimes for longer than the learner waits for an answer.
    await beat(index % 3 === 0 ? 2500 : 300);
    server.thaw();
  } else {
    for (let tries = 0; tries < 200; tries++) {
      await beat(Math.random() * 10);
      const kind = index % 3;
      if (kind === 0 && proxy.cut() > 0) return;
      if (kind === 1 && proxy.reset() > 0) return;
      const terminate =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'aistack' AND client_port IS NOT NULL";
      if (kind === 2 && Number((await server.query(terminate))[0]) > 0) return;
    }
    throw new Error("there was no connection to cut");
  }
}

describe.skipIf(missing)("learning into a PostgreSQL server that fails", () => {
  test(`survives ${kills} kills, ${freezes} freezes, ${cuts} cuts of it and kills of the learner: nothing lost, nothing twice, nothing rejected kept`, async () => {
    using directory = temporaryDirectory();
    await using server = await startPostgres();
    await using proxy = await openFaultProxy({ port: server.port });
    const home = join(directory.path, "home");
    mkdirSync(join(home, "secrets"), { recursive: true });
    writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
    const log = join(directory.path, "ralph-events.jsonl");
    writeFileSync(log, "");
    const limits = ["postgres.connectTimeoutMs=800", "postgres.statementTimeoutMs=1000", "breakers.openMs=300"];
    const settings = [
      ...server.settings(),
      `postgres.port=${proxy.port}`,
      ...limits,
      "learning.pollMs=20",
      "learning.turnIdleMs=20",
    ];
    const learn = ["learn", "--json", "--home", home, "--source", log, ...settings.flatMap((pair) => ["--set", pair])];
    let learner = startAistack(learn, directory.path);
    const watchConfig = openConfig({ home, set: [...server.settings(), "postgres.poolSize=1", ...limits.slice(0, 2)] });
    const watch = openPostgres({ ...postgresAddress(watchConfig), schema: "aistack" });
    const faults = schedule();
    const struck = { kill: 0, freeze: 0, cut: 0, learner: 0 };
    const started = performance.now();
    try {
      appendFileSync(log, eventLines(0, 100));
      await caughtUp(watch, log, () => learner);
      for (const [index, fault] of faults.entries()) {
        const from = 100 + Math.floor(((events - 100) * index) / faults.length);
        const to = 100 + Math.floor(((events - 100) * (index + 1)) / faults.length);
        appendFileSync(log, eventLines(from, to) + sessionLines(index));
        await strike(fault, struck[fault]++, server, proxy);
        if (index % 9 === 4) {
          learner.process.kill("SIGKILL");
          await learner.ended;
          struck.learner++;
          learner = startAistack(learn, directory.path);
        }
        await caughtUp(watch, log, () => learner);
      }
      expect(struck).toEqual({ kill: kills, freeze: freezes, cut: cuts, learner: learnerKills });

      const { taught, rejected, lines } = sessionsEnd(faults.length);
      const lessons = events / 4 + taught.length;
      await settled(watch, lessons, rejected.length);
      const names = (rows: readonly { readonly [name: string]: unknown }[]) =>
        rows.map(({ prompt }) => /called (\S+) now/.exec(String(prompt))?.[1] ?? `unknown: ${prompt}`);
      const kept = {
        rows: names(await watch.ask("SELECT prompt FROM lessons")),
        vectors: names(await watch.ask("SELECT prompt FROM vectors LEFT JOIN lessons USING (id)")),
        neighbours: names(await watch.ask("SELECT prompt FROM neighbours LEFT JOIN lessons USING (id)")),
        dataset: names(
          readFileSync(join(home, "dataset.jsonl"), "utf8")
            .trimEnd()
            .split("\n")
            .map((prompt) => ({ prompt })),
        ),
      };
      const written = [...Array.from({ length: events / 4 }, (_, index) => `e${index * 4}`), ...taught];
      for (const [where, found] of Object.entries(kept)) {
        const often = countEach(found);
        expect(
          written.filter((name) => !often.has(name)),
          `missing in ${where}`,
        ).toEqual([]);
        expect(
          [...often].filter(([, times]) => times > 1),
          `twice in ${where}`,
        ).toEqual([]);
        expect(found.length, `unknown in ${where}`).toBe(written.length);
      }
      const tallies = await watch.ask("SELECT what, sum(count) AS count FROM tallies GROUP BY what");
      expect(Object.fromEntries(tallies.map(({ what, count }) => [what, Number(count)]))).toEqual({
        events: events + lines,
        lessons,
        rejected: events + lines - lessons,
      });
      const pairs = await watch.ask("SELECT count(*)::int AS n FROM pairs");
      expect(pairs).toEqual([{ n: lessons }]);
      const negatives = await watch.ask("SELECT prompt, chosen FROM negatives ORDER BY seq");
      expect(names(negatives)).toEqual(rejected);
      expect(negatives.filter(({ chosen }) => !String(chosen).startsWith(betterWork))).toEqual([]);
      const [withdrawn] = await watch.ask("SELECT sum(count) AS n FROM tallies WHERE reason = 'withdrawn'");
      expect(Number(withdrawn?.n), "some were taught before they were rejected").toBeGreaterThan(0);
    } finally {
      await watch.close();
    }
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(
      `${events} events, ${sessionsEnd(faults.length).rejected.length} rejections, ${JSON.stringify(struck)} in ${seconds} s, peak ${Math.round(learner.peakBytes() / 2 ** 20)} MiB\n`,
    );
  });
});
