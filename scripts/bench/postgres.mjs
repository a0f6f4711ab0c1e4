// The rows sink on a PostgreSQL server beside psql copying the very same rows into a table of the same kind.
import { join } from "node:path";
import { openConfig } from "../../src/engine/config.ts";
import { lessonId } from "../../src/engine/learning/lesson.ts";
import { postgresAddress } from "../../src/engine/stores/postgres-address.ts";
import { openPostgresStore } from "../../src/engine/stores/postgres-store.ts";
import { startPostgres } from "../../test/engine/stores/postgres.ts";
import { needs } from "../../test/parts.ts";

const rounds = 3;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

function makeLessons(count) {
  let state = 1;
  const word = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return `${"bcdfghklmnprst"[state % 14]}${"aeiou"[(state >>> 4) % 5]}${(state >>> 8) % 9000}`;
  };
  const words = (many) => Array.from({ length: many }, word).join(" ");
  return Array.from({ length: count }, (_, number) => {
    const [prompt, response] = [`How to configure ${words(18)}`, words(90)];
    return {
      id: lessonId(prompt, response),
      patternId: `task_${number}`,
      kind: "task_completion",
      prompt,
      response,
      backend: "aider",
      iterations: 1 + (number % 4),
      timestamp: new Date(1.78e12 + number * 1000).toISOString(),
      successMetrics: { iterations: 0.8 },
      outcome: "success",
      feedback: null,
      origin: { file: "/logs/ralph-events.jsonl", inode: "1:2", offset: number * 900, bytes: 900 },
    };
  });
}

async function takeAll(server, schema, lessons, interval) {
  const config = openConfig(
    { set: server.settings(schema) },
    { HOME: server.directory, AISTACK_SECRET_POSTGRES_PASSWORD: server.password },
  );
  const store = await openPostgresStore(postgresAddress(config));
  const { signal } = new AbortController();
  const rows = await store.openRows({ rejectedKept: 1000, propose: () => new Map(), emit: () => undefined, signal });
  const started = performance.now();
  for (let from = 0; from < lessons.length; from += interval) {
    const some = lessons.slice(from, from + interval);
    const print = { headBytes: 1024, headHash: "ab", tailHash: "cd" };
    const cursor = { version: 1, inode: "1:2", file: some[0].origin.file, offset: from, print, turn: null };
    const tallies = new Map([[cursor.file, { events: some.length, rejected: new Map() }]]);
    const counts = { events: some.length, bytes: some.length * 900 };
    const taken = await rows.take(
      { ...counts, lessons: some, bad: [], tallies, tasks: [], cursors: [cursor] },
      { signal },
    );
    if (taken.fresh !== some.length) throw new Error(`${taken.fresh} of ${some.length} lessons were taken`);
  }
  const seconds = (performance.now() - started) / 1000;
  const { lessons: kept } = await store.counts();
  if (kept !== lessons.length) throw new Error(`${kept} lessons are kept`);
  await store.close();
  return seconds;
}

/** Measures the sink at two checkpoint intervals and psql's COPY in turn, several times. */
export async function benchPostgres({ work, say, bar, report, lessons: count }) {
  const need = needs("postgres");
  if (need.missing) {
    report.postgres = { skipped: need.reason };
    return say(`PostgreSQL: not measured, ${need.reason}`);
  }
  const lessons = makeLessons(count);
  await using server = await startPostgres();
  const seconds = { 100: [], 1000: [], copy: [], bare: [] };
  const file = join(work, "lessons.copy");
  for (let round = 0; round < rounds; round++) {
    for (const interval of [100, 1000]) {
      seconds[interval].push(await takeAll(server, `round${round}at${interval}`, lessons, interval));
    }
    const from = `round${round}at100.lessons`;
    server.copyOut(`SELECT * FROM ${from}`, file);
    server.sql(`CREATE TABLE copied${round} (LIKE ${from} INCLUDING ALL); CREATE TABLE bare${round} (LIKE ${from})`);
    seconds.copy.push(server.copyIn(`copied${round}`, file));
    seconds.bare.push(server.copyIn(`bare${round}`, file));
    if (server.sql(`SELECT count(*) FROM copied${round}`)[0] !== String(count)) throw new Error("not all was copied");
  }
  const rate = (name) => count / median(seconds[name]);
  const rates = { at100: rate(100), at1000: rate(1000), copy: rate("copy"), copyWithoutIndexes: rate("bare") };
  report.postgres = { lessons: count, eventsPerSecond: rates };
  const shown = (number) => Math.round(number).toString();
  say(
    `PostgreSQL rows sink, ${count} lessons: ${shown(rates.at100)} events/s at interval 100, ${shown(rates.at1000)} at 1000; ` +
      `psql COPY of the same rows ${shown(rates.copy)} rows/s, into a table without indexes ${shown(rates.copyWithoutIndexes)}`,
  );
  bar("PostgreSQL sink at interval 100 to COPY", rates.at100 / rates.copy, 0.25, rates.at100 / rates.copy >= 0.25);
  bar("PostgreSQL sink at interval 1000 to COPY", rates.at1000 / rates.copy, 0.25, rates.at1000 / rates.copy >= 0.25);
}
