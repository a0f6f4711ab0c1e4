import type { Emit } from "../events.ts";
import { type FormMemory, openFormMemory } from "../learning/form-memory.ts";
import type { Lesson } from "../learning/lesson.ts";
import { type Placed, placedLesson } from "../learning/placed.ts";
import { type Known, nothingKnown, type Question, settle } from "../learning/settle.ts";
import { withdrawnBy } from "../telemetry/batch.ts";
import { toLesson } from "./lesson-rows.ts";
import { improve } from "./placed-rows.ts";
import type { Embedded } from "./sqlite.ts";
import { type Bands, openBands } from "./sqlite-bands.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import { factOf, saveFact } from "./sqlite-facts.ts";
import { idText, nameOf } from "./sqlite-names.ts";
import { placedAt, placedNamed, savePlaced } from "./sqlite-placed.ts";
import { noteWithdrawn, teachable } from "./sqlite-withdrawn.ts";
import type { Sink } from "./store.ts";

/** The fact that says up to which row lessons were measured anew, while some are not. */
const unmeasuredFact = "neighbours.unmeasured";
const measuredAtOnce = 500;

interface Near {
  readonly store: Embedded;
  readonly bands: Bands;
  readonly forms: FormMemory;
}

function keysWhere(store: Embedded, column: "kept" | "nearest", id: string): number[] {
  const rows = store.all(`SELECT key FROM neighbours WHERE ${column} = ?`, nameOf(store, id));
  return rows.map(({ key }) => Number(key));
}

function answer({ store, forms }: Near, question: Question, known: Known): void {
  for (const key of question.lessons) {
    const placed = placedAt(store, forms, key);
    if (placed) known.lessons.set(key, placed);
  }
  for (const id of question.duplicatesOf) known.duplicatesOf.set(id, keysWhere(store, "kept", id));
  for (const id of question.measuredBy) known.measuredBy.set(id, keysWhere(store, "nearest", id));
}

// Measures lessons and forgets others, inside a commit; returns how many of them were new and how many were there.
function take(
  near: Near,
  lessons: readonly Lesson[],
  withdrawn: readonly number[],
): { added: number; removed: number } {
  const { store, bands, forms } = near;
  bands.meet();
  const gone = withdrawn.flatMap((name) => placedNamed(store, forms, name) ?? []);
  for (const { key } of gone) store.run("DELETE FROM neighbours WHERE key = ?", key);
  const highest = Number(store.get("SELECT max(key) AS key FROM neighbours")?.key ?? 0);
  // No number is given again in the same commit.
  let last = Math.max(highest, ...gone.map(({ key }) => key));
  const fresh = new Map<string, Placed>();
  const improved = new Map<string, Placed>();
  for (const lesson of lessons) {
    const mine = fresh.get(lesson.id) ?? improved.get(lesson.id);
    const known = mine ?? placedNamed(store, forms, nameOf(store, lesson.id));
    if (known === null) fresh.set(lesson.id, placedLesson(lesson, ++last));
    else if (improve(known, lesson) && mine === undefined) improved.set(lesson.id, known);
  }
  if (fresh.size + improved.size + gone.length === 0) return { added: 0, removed: 0 };
  const known = nothingKnown(bands);
  const work = settle({ fresh: [...fresh.values()], improved: [...improved.values()], gone }, known);
  let step = work.next();
  for (; step.done !== true; step = work.next()) answer(near, step.value, known);
  for (const placed of step.value.changed) savePlaced(store, placed);
  for (const { placed } of step.value.removed) bands.remove(placed);
  for (const placed of step.value.added) bands.add(placed);
  for (const { id, form } of fresh.values()) forms.keep(id, form);
  return { added: fresh.size, removed: gone.length };
}

// After an upgrade every lesson is measured anew, a few at a time.
async function measureRows(near: Near, emit: Emit): Promise<void> {
  const { store, bands } = near;
  if (factOf(store, unmeasuredFact) === null) return;
  let lessons = 0;
  for (let isDone = false; !isDone; ) {
    await store.commit(() => {
      const rows = store.all(
        `SELECT lessons.*, ${idText()} AS id FROM lessons JOIN names ON names.key = lessons.id WHERE seq > ?
         ORDER BY seq LIMIT ?`,
        Number(factOf(store, unmeasuredFact)),
        measuredAtOnce,
      );
      take(near, teachable(store, rows.map(toLesson)), []);
      lessons += rows.length;
      isDone = rows.length < measuredAtOnce;
      if (isDone) store.run("DELETE FROM facts WHERE name = ?", unmeasuredFact);
      else saveFact(store, unmeasuredFact, String(rows.at(-1)?.seq));
    });
    bands.committed();
  }
  emit({ type: "neighbours.measured", lessons });
}

/**
 * The sink that measures how new each lesson is, and from that its value, and decides which of near-duplicates is kept;
 * optional work, so it may be put off.
 */
export function openNeighbours(store: Embedded, emit: Emit): Sink {
  const near: Near = { store, bands: openBands(store), forms: openFormMemory() };
  return {
    name: "neighbours",
    optional: true,
    async load() {
      await measureRows(near, emit);
      return loadCursors(store, "neighbours", emit);
    },
    async take(batch) {
      const taken = await store.commit(() => {
        const withdrawn = noteWithdrawn(store, withdrawnBy(batch));
        const { added, removed } = take(near, teachable(store, batch.lessons), withdrawn);
        saveCursors(store, "neighbours", batch.cursors);
        return { fresh: added, duplicates: batch.lessons.length - added, removed };
      });
      near.bands.committed();
      return taken;
    },
  };
}
