import type { Lesson } from "../learning/lesson.ts";
import { type Batch, withdrawnBy } from "../telemetry/batch.ts";
import type { Ask, Postgres } from "./postgres.ts";
import { loadCursors, openDelivery } from "./postgres-cursors.ts";
import { plain } from "./postgres-reads.ts";
import { escapeText, unescapeText, wordsOf } from "./postgres-text.ts";
import { keepChosen, keepNegatives, noteWithdrawn, withdrawnAmong } from "./postgres-withdrawn.ts";
import type { RowsOptions, Sink } from "./store.ts";
import { openTaken } from "./taken.ts";
import { type TallyRow, tallyRows, toTallies } from "./tally-rows.ts";

// One JSON text a batch is one value to send and one prepared statement, however many lessons there are.
const insertLessons = `
WITH given AS (
  SELECT row_number() OVER () AS place, lesson.* FROM ROWS FROM (json_to_recordset($1::json) AS (
    id text, pattern_id text, kind text, prompt text, response text, backend text, iterations bigint, timestamp text,
    success_metrics text, feedback bigint, file text, inode text, "offset" bigint, bytes bigint, words text[]
  )) AS lesson
), fresh AS (
  SELECT row_number() OVER (ORDER BY place) AS number, given.* FROM given
  WHERE NOT EXISTS (SELECT 1 FROM lessons WHERE lessons.id = given.id)
)
INSERT INTO lessons (seq, id, pattern_id, kind, prompt, response, backend, iterations, timestamp, success_metrics,
  feedback, file, inode, "offset", bytes, learned_at, words)
SELECT (SELECT coalesce(max(seq), 0) FROM lessons) + number, id, pattern_id, kind, prompt, response, backend,
  iterations, timestamp, success_metrics, feedback, file, inode, "offset", bytes, $2, array_to_tsvector(words)
FROM fresh ORDER BY number RETURNING id`;

function rowOf(lesson: Lesson) {
  const { origin } = lesson;
  return {
    id: lesson.id,
    pattern_id: escapeText(lesson.patternId),
    kind: lesson.kind,
    prompt: escapeText(lesson.prompt),
    response: escapeText(lesson.response),
    backend: escapeText(lesson.backend),
    iterations: lesson.iterations,
    timestamp: escapeText(lesson.timestamp),
    success_metrics: escapeText(JSON.stringify(lesson.successMetrics)),
    feedback: lesson.feedback,
    file: escapeText(origin.file),
    inode: origin.inode,
    offset: origin.offset,
    bytes: origin.bytes,
    words: wordsOf(`${lesson.prompt}\n${lesson.response}`),
  };
}

// Returns the files that they were learned from.
async function removeLessons(ask: Ask, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const removed = await ask("DELETE FROM lessons WHERE id = ANY ($1::text[]) RETURNING file", [ids]);
  return removed.map(({ file }) => unescapeText(String(file)));
}

interface Count extends TallyRow {
  readonly source: string;
}

async function addCounts(ask: Ask, given: readonly Count[]): Promise<void> {
  if (given.length === 0) return;
  await ask(
    `INSERT INTO tallies (source, what, reason, count)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
     ON CONFLICT (source, what, reason) DO UPDATE SET count = tallies.count + excluded.count`,
    [
      given.map(({ source }) => escapeText(source)),
      given.map(({ what }) => what),
      given.map(({ reason }) => escapeText(reason)),
      given.map(({ count }) => count),
    ],
  );
}

async function keepBadLines(ask: Ask, { bad }: Batch, kept: number, now: string): Promise<void> {
  if (bad.length === 0) return;
  await ask(
    `INSERT INTO bad_lines (seq, file, inode, "offset", bytes, reason, found_at)
     SELECT (SELECT coalesce(max(seq), 0) FROM bad_lines) + place, file, inode, at, bytes, reason, $1
     FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[]) WITH ORDINALITY
     AS t (file, inode, at, bytes, reason, place)`,
    [
      now,
      bad.map(({ address }) => escapeText(address.file)),
      bad.map(({ address }) => address.inode),
      bad.map(({ address }) => address.offset),
      bad.map(({ address }) => address.bytes),
      bad.map(({ reason }) => escapeText(reason)),
    ],
  );
  await ask("DELETE FROM bad_lines WHERE seq <= (SELECT max(seq) FROM bad_lines) - $1::bigint", [kept]);
}

async function keepProposals(ask: Ask, { tasks }: Batch, propose: RowsOptions["propose"]): Promise<void> {
  if (tasks.length === 0) return;
  const ideas = propose(tasks, () => false);
  if (ideas.size === 0) return;
  const known = new Set((await ask("SELECT hash FROM proposals")).map(({ hash }) => String(hash)));
  const fresh = [...propose(tasks, (hash) => known.has(hash))];
  if (fresh.length === 0) return;
  await ask("INSERT INTO proposals (hash, body) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING", [
    fresh.map(([hash]) => hash),
    fresh.map(([, body]) => escapeText(body)),
  ]);
}

/** The sink of rows: lessons with their words, counts, bad lines and proposals, and its cursors, in one transaction. */
export function openRows(postgres: Postgres, { rejectedKept, propose, emit }: RowsOptions): Sink {
  const delivery = openDelivery(postgres, "rows");
  return {
    name: "rows",
    optional: false,
    dependency: "postgresql",
    load: () => loadCursors(postgres.ask, "rows", emit),
    tallies: async () => toTallies((await postgres.ask("SELECT source, what, reason, count FROM tallies")).map(plain)),
    take: (batch) =>
      delivery.take(batch, async (ask) => {
        const now = new Date().toISOString();
        const taken = openTaken();
        const gone = withdrawnBy(batch);
        await noteWithdrawn(ask, gone);
        for (const file of await removeLessons(ask, gone)) taken.remove(file);
        const ids = batch.lessons.map(({ id }) => id);
        const withdrawn = await withdrawnAmong(ask, ids);
        const lessons = batch.lessons.filter(({ id }) => !withdrawn.has(id));
        for (const { id, origin } of batch.lessons) if (withdrawn.has(id)) taken.pass(origin.file);
        const unique = new Map<string, Lesson>();
        for (const lesson of lessons) if (!unique.has(lesson.id)) unique.set(lesson.id, lesson);
        const rows = [...unique.values()].map(rowOf);
        const added = rows.length === 0 ? [] : await ask(insertLessons, [JSON.stringify(rows), now]);
        const fresh = new Set(added.map(({ id }) => String(id)));
        const counted = new Set<string>();
        for (const { id, origin } of lessons) {
          taken.add(origin.file, fresh.has(id) && !counted.has(id));
          counted.add(id);
        }
        await keepNegatives(ask, batch.negatives, now);
        await keepChosen(ask, batch.chosen);
        // A trial has no counts: only the delivery that moves the cursor is counted.
        const sources = new Set([...batch.tallies.keys(), ...taken.bySource.keys()]);
        const counts = [...sources].flatMap((source) =>
          tallyRows(batch.tallies.get(source), taken.bySource.get(source)).map((row) => ({ ...row, source })),
        );
        await addCounts(ask, counts);
        await keepBadLines(ask, batch, rejectedKept, now);
        await keepProposals(ask, batch, propose);
        return taken.done();
      }),
  };
}
