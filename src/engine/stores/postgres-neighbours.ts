import type { Emit } from "../events.ts";
import { type FormMemory, openFormMemory } from "../learning/form-memory.ts";
import type { Lesson } from "../learning/lesson.ts";
import { type Placed, placedLesson } from "../learning/placed.ts";
import { type Known, nothingKnown, type Question, settle } from "../learning/settle.ts";
import { withdrawnBy } from "../telemetry/batch.ts";
import { toLesson } from "./lesson-rows.ts";
import { improve } from "./placed-rows.ts";
import type { Ask, Postgres } from "./postgres.ts";
import { enter, entriesUnder, takeOut } from "./postgres-bands.ts";
import { loadCursors, lockSink, openDelivery } from "./postgres-cursors.ts";
import { placedAt, placedNamed, savePlaced } from "./postgres-placed.ts";
import { plain } from "./postgres-reads.ts";
import { noteWithdrawn, withdrawnAmong } from "./postgres-withdrawn.ts";
import type { Sink } from "./store.ts";

/** The fact that says up to which row lessons were measured anew, while some are not. */
const unmeasuredFact = "neighbours.unmeasured";
const measuredAtOnce = 500;

async function keysWhere(ask: Ask, column: "kept" | "nearest", ids: readonly string[]): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  for (const row of await ask(
    `SELECT key, ${column} AS other FROM neighbours WHERE ${column} = ANY ($1::text[]) ORDER BY key`,
    [ids],
  )) {
    found.get(String(row.other))?.push(Number(row.key));
  }
  return found;
}

async function answer(ask: Ask, forms: FormMemory, question: Question, known: Known): Promise<void> {
  for (const [key, entries] of await entriesUnder(ask, question.keys)) known.index.put(key, entries);
  if (question.lessons.length > 0) {
    for (const placed of await placedAt(ask, forms, question.lessons)) known.lessons.set(placed.key, placed);
  }
  for (const [id, keys] of await keysWhere(ask, "kept", question.duplicatesOf)) known.duplicatesOf.set(id, keys);
  for (const [id, keys] of await keysWhere(ask, "nearest", question.measuredBy)) known.measuredBy.set(id, keys);
}

// What is kept of lessons stands in the table of measured ones, so it makes no difference whether their rows came.
async function take(
  ask: Ask,
  forms: FormMemory,
  lessons: readonly Lesson[],
  withdrawn: readonly string[],
): Promise<{ added: number; removed: number }> {
  const gone = await placedNamed(ask, forms, withdrawn);
  if (gone.length > 0) await ask("DELETE FROM neighbours WHERE key = ANY ($1::bigint[])", [gone.map(({ key }) => key)]);
  const named = await placedNamed(ask, forms, [...new Set(lessons.map(({ id }) => id))]);
  const there = new Map(named.map((one) => [one.id, one]));
  const [row] = await ask("SELECT coalesce(max(key), 0) AS last FROM neighbours");
  // No number is given again in the same transaction.
  let last = Math.max(Number(row?.last), ...gone.map(({ key }) => key));
  const fresh = new Map<string, Placed>();
  const improved = new Set<Placed>();
  for (const lesson of lessons) {
    const known = there.get(lesson.id) ?? fresh.get(lesson.id);
    if (known === undefined) fresh.set(lesson.id, placedLesson(lesson, ++last));
    else if (improve(known, lesson) && there.has(lesson.id)) improved.add(known);
  }
  if (fresh.size + improved.size + gone.length === 0) return { added: 0, removed: 0 };
  const known = nothingKnown();
  const work = settle({ fresh: [...fresh.values()], improved: [...improved], gone }, known);
  let step = work.next();
  for (; step.done !== true; step = work.next()) await answer(ask, forms, step.value, known);
  await savePlaced(ask, step.value.changed);
  await takeOut(
    ask,
    step.value.removed.map(({ placed }) => placed),
  );
  await enter(ask, step.value.added);
  for (const { id, form } of fresh.values()) forms.keep(id, form);
  return { added: fresh.size, removed: gone.length };
}

async function teachable(ask: Ask, lessons: readonly Lesson[]): Promise<readonly Lesson[]> {
  const withdrawn = await withdrawnAmong(
    ask,
    lessons.map(({ id }) => id),
  );
  return lessons.filter(({ id }) => !withdrawn.has(id));
}

// After an upgrade every lesson is measured anew, a few at a time.
async function measureRows(postgres: Postgres, forms: FormMemory, emit: Emit): Promise<void> {
  let lessons = 0;
  const measureSome = async (ask: Ask) => {
    await lockSink(ask, postgres.schema, "neighbours");
    const [fact] = await ask("SELECT value FROM facts WHERE name = $1", [unmeasuredFact]);
    if (fact === undefined) return true;
    const rows = await ask("SELECT * FROM lessons WHERE seq > $1 ORDER BY seq LIMIT $2", [
      Number(fact.value),
      measuredAtOnce,
    ]);
    const some = rows.map((row) => toLesson(plain(row)));
    await take(ask, forms, await teachable(ask, some), []);
    lessons += rows.length;
    if (rows.length < measuredAtOnce) await ask("DELETE FROM facts WHERE name = $1", [unmeasuredFact]);
    else await ask("UPDATE facts SET value = $2 WHERE name = $1", [unmeasuredFact, String(rows.at(-1)?.seq)]);
    return rows.length < measuredAtOnce;
  };
  const facts = await postgres.ask("SELECT 1 FROM facts WHERE name = $1", [unmeasuredFact]);
  if (facts.length === 0) return;
  const what = `The lessons of ${postgres.place} were not measured anew`;
  for (let isDone = false; !isDone; ) isDone = await postgres.transaction(what, measureSome);
  emit({ type: "neighbours.measured", lessons });
}

/**
 * The sink that measures how new each lesson is, and from that its value, and decides which of near-duplicates is kept; a
 * whole batch with few statements.
 */
export function openNeighbours(postgres: Postgres, emit: Emit): Sink {
  const delivery = openDelivery(postgres, "neighbours");
  const forms = openFormMemory();
  return {
    name: "neighbours",
    optional: true,
    dependency: "postgresql",
    async load() {
      await measureRows(postgres, forms, emit);
      return loadCursors(postgres.ask, "neighbours", emit);
    },
    take: (batch) =>
      delivery.take(batch, async (ask) => {
        const withdrawn = withdrawnBy(batch);
        await noteWithdrawn(ask, withdrawn);
        const { added, removed } = await take(ask, forms, await teachable(ask, batch.lessons), withdrawn);
        return { fresh: added, duplicates: batch.lessons.length - added, removed };
      }),
  };
}
