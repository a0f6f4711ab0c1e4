import type { Lesson } from "../learning/lesson.ts";
import type { Batch } from "../telemetry/batch.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import { nameOf } from "./sqlite-names.ts";
import { indexText } from "./sqlite-text.ts";
import type { RowsOptions, Sink } from "./store.ts";
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
        const bySource = new Map<string, { fresh: number; duplicates: number }>();
        let fresh = 0;
        for (const lesson of batch.lessons) {
          const tally = bySource.get(lesson.origin.file) ?? { fresh: 0, duplicates: 0 };
          bySource.set(lesson.origin.file, tally);
          if (insertLesson(store, lesson, now)) {
            fresh++;
            tally.fresh++;
          } else tally.duplicates++;
        }
        indexText(store);
        // A trial has no counts: only the delivery that moves the cursor is counted.
        for (const [source, tally] of batch.tallies) {
          for (const row of tallyRows(tally, bySource.get(source))) count(store, source, row);
        }
        keepBadLines(store, batch, rejectedKept, now);
        const known = (hash: string) => store.get("SELECT 1 FROM proposals WHERE hash = ?", hash) !== undefined;
        for (const [hash, body] of batch.tasks.length > 0 ? propose(batch.tasks, known) : []) {
          store.run("INSERT INTO proposals (hash, body) VALUES (?, ?) ON CONFLICT DO NOTHING", hash, body);
        }
        saveCursors(store, "rows", batch.cursors);
        return { fresh, duplicates: batch.lessons.length - fresh, bySource };
      }, batch),
  };
}
