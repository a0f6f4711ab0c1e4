import type { Lesson } from "../learning/lesson.ts";
import { type Batch, withdrawnBy } from "../telemetry/batch.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import { nameOf } from "./sqlite-names.ts";
import { forgetText, indexText } from "./sqlite-text.ts";
import { keepChosen, keepNegatives, noteWithdrawn, teachable } from "./sqlite-withdrawn.ts";
import type { RowsOptions, Sink } from "./store.ts";
import { openTaken } from "./taken.ts";
import { type TallyRow, tallyRows, toTallies } from "./tally-rows.ts";

function insertLesson(store: Embedded, lesson: Lesson, now: string): boolean {
  const changed = store.run(
    `INSERT INTO lessons (id, pattern_id, kind, prompt, response, backend, iterations, timestamp, success_metrics,
     feedback, file, inode, offset, bytes, learned_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING`,
    nameOf(store, lesson.id),
    lesson.patternId,
    lesson.kind,
    lesson.prompt,
    lesson.response,
    lesson.backend,
    lesson.iterations,
    lesson.timestamp,
    JSON.stringify(lesson.successMetrics),
    lesson.feedback,
    lesson.origin.file,
    lesson.origin.inode,
    lesson.origin.offset,
    lesson.origin.bytes,
    now,
  );
  return changed > 0;
}

function count(store: Embedded, source: string, { what, reason, count: by }: TallyRow): void {
  store.run(
    `INSERT INTO tallies (source, what, reason, count) VALUES (?, ?, ?, ?)
     ON CONFLICT (source, what, reason) DO UPDATE SET count = count + excluded.count`,
    source,
    what,
    reason,
    by,
  );
}

function without(lessons: readonly Lesson[], others: readonly Lesson[]): Lesson[] {
  const kept = new Set(others);
  return lessons.filter((lesson) => !kept.has(lesson));
}

// Returns the file it was learned from; null where there is no such lesson.
function removeLesson(store: Embedded, key: number): string | null {
  const row = store.get("SELECT seq, file FROM lessons WHERE id = ?", key);
  if (row === undefined) return null;
  forgetText(store, Number(row.seq));
  store.run("DELETE FROM lessons WHERE id = ?", key);
  return String(row.file);
}

function keepBadLines(store: Embedded, batch: Batch, kept: number, now: string): void {
  for (const { address, reason } of batch.bad) {
    store.run(
      "INSERT INTO bad_lines (file, inode, offset, bytes, reason, found_at) VALUES (?, ?, ?, ?, ?, ?)",
      address.file,
      address.inode,
      address.offset,
      address.bytes,
      reason,
      now,
    );
  }
  if (batch.bad.length > 0) {
    store.run("DELETE FROM bad_lines WHERE seq <= (SELECT max(seq) FROM bad_lines) - ?", kept);
  }
}

/** The sink of rows: lessons with their text index, counts, bad lines and proposals, and its cursors, in one transaction. */
export function openRows(store: Embedded, { rejectedKept, propose, emit }: Omit<RowsOptions, "signal">): Sink {
  return {
    name: "rows",
    optional: false,
    load: async () => loadCursors(store, "rows", emit),
    tallies: async () => toTallies(store.all("SELECT source, what, reason, count FROM tallies")),
    take: (batch) =>
      store.commit(() => {
        const now = new Date().toISOString();
        const taken = openTaken();
        for (const key of noteWithdrawn(store, withdrawnBy(batch))) {
          const file = removeLesson(store, key);
          if (file !== null) taken.remove(file);
        }
        const lessons = teachable(store, batch.lessons);
        if (lessons !== batch.lessons)
          for (const { origin } of without(batch.lessons, lessons)) taken.pass(origin.file);
        for (const lesson of lessons) taken.add(lesson.origin.file, insertLesson(store, lesson, now));
        keepNegatives(store, batch.negatives, now);
        keepChosen(store, batch.chosen);
        indexText(store);
        // A trial has no counts: only the delivery that moves the cursor is counted.
        for (const source of new Set([...batch.tallies.keys(), ...taken.bySource.keys()])) {
          const rows = tallyRows(batch.tallies.get(source), taken.bySource.get(source));
          for (const row of rows) count(store, source, row);
        }
        keepBadLines(store, batch, rejectedKept, now);
        const known = (hash: string) => store.get("SELECT 1 FROM proposals WHERE hash = ?", hash) !== undefined;
        for (const [hash, body] of batch.tasks.length > 0 ? propose(batch.tasks, known) : []) {
          store.run("INSERT INTO proposals (hash, body) VALUES (?, ?) ON CONFLICT DO NOTHING", hash, body);
        }
        saveCursors(store, "rows", batch.cursors);
        return taken.done();
      }, batch),
  };
}
