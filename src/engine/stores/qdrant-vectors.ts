import { Failure } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { Lesson } from "../learning/lesson.ts";
import type { Refusals } from "../refusals.ts";
import { withdrawnBy } from "../telemetry/batch.ts";
import type { Cursor } from "../telemetry/cursor.ts";
import { inodeKeyAt } from "../telemetry/identity.ts";
import { toLesson } from "./lesson-rows.ts";
import type { Qdrant } from "./qdrant-client.ts";
import { lessonCollections } from "./qdrant-collections.ts";
import { isMissing } from "./qdrant-failure.ts";
import { addLessons, type PointsPlace, removeLessons } from "./qdrant-points.ts";
import { noteFilled, prepareCollections } from "./qdrant-ready.ts";
import type { Sink, Store } from "./store.ts";
import { type Table, tables, type Values } from "./tables.ts";

/** The store that has the rows and the cursors. */
export type RowsStore = Pick<
  Store,
  "cursors" | "saveCursors" | "counts" | "openTables" | "withdrawn" | "noteWithdrawn"
>;

/** What the sink of vectors in Qdrant is opened with. */
export interface QdrantVectorsOptions extends PointsPlace {
  readonly store: RowsStore;
  /** Whether all vectors are to be made anew from the rows. */
  readonly rebuild: boolean;
  /** Where lessons that Qdrant refuses are listed while the collections are filled. */
  readonly refusals: Refusals;
  readonly emit: Emit;
}

const name = "vectors";
const filledAtOnce = 200;

function lessonsTable(): Table {
  const table = tables.find((one) => one.name === "lessons");
  if (table) return table;
  throw new Failure("failed", { what: "The rows were not read", why: "there is no table of lessons" });
}

function isThere({ file, inode }: Cursor): boolean {
  return inodeKeyAt(file) === inode;
}

/** What the rows have right now. */
interface RowsNow {
  readonly lessons: number;
  /** Files of which the vectors have taken more than the rows: what is made of the rows would lack that. */
  readonly behind: readonly string[];
}

async function lookAtRows(store: RowsStore, emit: Emit): Promise<RowsNow> {
  const offsets = new Map((await store.cursors("rows", emit)).map(({ inode, offset }) => [inode, offset]));
  const behind = (await store.cursors(name, emit)).filter(
    (cursor) => cursor.offset > (offsets.get(cursor.inode) ?? 0) && isThere(cursor),
  );
  const { lessons = 0 } = await store.counts();
  return { lessons, behind: behind.map(({ file }) => file) };
}

function notYet({ behind }: RowsNow): Failure {
  return new Failure("silent", {
    what: "The vectors were not made anew yet",
    why: `the rows of ${behind.join(", ")} are behind the vectors`,
    hint: "It goes on by itself once they have caught up",
  });
}

/**
 * Opens the sink of vectors in Qdrant. States: not ready (the server was not asked yet, or lost a collection), ready.
 * Loading its cursors makes it ready: the collections are made, and filled from the rows where they are new, so that a
 * server that comes later, or empty, has every lesson; what is withdrawn is noted in the store of rows, then removed, and
 * never added again. Points are named by their lessons (`lessonUuid`), and cursors
 * are saved in the store of rows after the server has the points for good.
 */
export function openQdrantVectors({ store, rebuild, refusals, emit, ...place }: QdrantVectorsOptions): Sink {
  const { qdrant, prefix, embedder } = place;
  const model = { label: embedder.label, dimensions: embedder.dimensions };
  let isReady = false;
  let anew = rebuild;
  let after: Values | null = null;
  let read = 0;
  let made = 0;
  // What a trial, or a delivery whose cursors were not saved, has added; it counts once, with its cursors.
  const uncounted = new Set<string>();
  // The same of what was removed.
  let removed = 0;

  const startOver = () => {
    after = null;
    read = 0;
    made = 0;
  };

  const teachable = async (lessons: readonly Lesson[]): Promise<readonly Lesson[]> => {
    const withdrawn = await store.withdrawn(lessons.map(({ id }) => id));
    return withdrawn.size === 0 ? lessons : lessons.filter(({ id }) => !withdrawn.has(id));
  };

  // A lesson that Qdrant refuses is listed, and the others go on.
  const addEach = async (lessons: readonly Lesson[], options: { readonly signal: AbortSignal }): Promise<number> => {
    try {
      return (await addLessons(lessons, place, options)).length;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "refused" || isMissing(error)) throw error;
      const [only] = lessons;
      if (lessons.length === 1 && only) {
        const foundAt = new Date().toISOString();
        await refusals.add({ sink: name, lesson: only.id, ...only.origin, why: error.message, foundAt });
        emit({ type: "lesson.refused", sink: name, lesson: only.id, why: error.message });
        return 0;
      }
      const half = lessons.length >> 1;
      return (await addEach(lessons.slice(0, half), options)) + (await addEach(lessons.slice(half), options));
    }
  };

  // What the rows get from now on comes here too, by its own cursor.
  const fill = async (all: number, options: { readonly signal: AbortSignal }) => {
    const table = lessonsTable();
    const rows = await store.openTables();
    while (read < all) {
      const next: readonly Values[] = await rows.read(table, after, Math.min(filledAtOnce, all - read));
      if (next.length === 0) break;
      const lessons = next.map((row) => toLesson(Object.fromEntries(table.columns.map(([one], at) => [one, row[at]]))));
      made += await addEach(await teachable(lessons), options);
      after = next.at(-1) ?? null;
      read += next.length;
    }
    await noteFilled(qdrant, prefix, options);
    if (made > 0) emit({ type: "vectors.filled", place: qdrant.url, lessons: made });
  };

  const makeReady = async (options: { readonly signal: AbortSignal }) => {
    if (isReady) return;
    const now = await lookAtRows(store, emit);
    const { filled, made: isNew } = await prepareCollections(qdrant, { prefix, model, rebuild: anew }, options);
    anew = false;
    if (isNew) startOver();
    if (!filled && now.behind.length > 0) throw notYet(now);
    if (!filled) await fill(now.lessons, options);
    isReady = true;
  };

  // A collection that somebody removed is made again; of anything else that is refused here no lesson is the reason.
  const again = (error: unknown): unknown => {
    if (!(error instanceof Failure) || error.code !== "refused") return error;
    const { what, why, hint } = error;
    if (!isMissing(error)) return isReady ? error : new Failure("config", { what, why, hint, cause: error });
    isReady = false;
    return new Failure("silent", { what, why, hint, cause: error });
  };

  return {
    name,
    optional: true,
    dependency: "qdrant",
    guardsItself: true,
    async load(options) {
      try {
        await makeReady(options);
      } catch (error) {
        throw again(error);
      }
      return store.cursors(name, emit);
    },
    async take(batch, options) {
      try {
        await makeReady(options);
        const gone = withdrawnBy(batch);
        // Noted first: what the server is filled with after this, by whomever, is without them.
        if (gone.length > 0) await store.noteWithdrawn(gone);
        removed += await removeLessons(gone, place, options);
        for (const id of gone) uncounted.delete(id);
        const lessons = await teachable(batch.lessons);
        for (const id of await addLessons(lessons, place, options)) uncounted.add(id);
        if (batch.cursors.length > 0) await store.saveCursors(name, batch.cursors);
        const added = new Set(batch.lessons.filter(({ id }) => uncounted.has(id)).map(({ id }) => id)).size;
        const taken = { fresh: added, duplicates: batch.lessons.length - added, removed };
        if (batch.trial !== true) {
          uncounted.clear();
          removed = 0;
        }
        return taken;
      } catch (error) {
        throw again(error);
      }
    },
  };
}

/** The lessons nearest to a vector in all collections that hold lessons, nearest first, with their cosine distance. */
export async function nearestInQdrant(
  qdrant: Qdrant,
  prefix: string,
  vector: Float32Array,
  limit: number,
  options: { readonly signal: AbortSignal },
): Promise<{ readonly id: string; readonly distance: number }[]> {
  const found: { readonly id: string; readonly distance: number }[] = [];
  for (const one of lessonCollections) {
    try {
      const points = await qdrant.nearest(`${prefix}${one}`, [...vector], limit, options);
      found.push(...points.map(({ lesson, similarity }) => ({ id: lesson, distance: 1 - similarity })));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return found.sort((a, b) => a.distance - b.distance).slice(0, limit);
}
