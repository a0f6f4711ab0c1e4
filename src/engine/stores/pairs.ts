import type { Emit } from "../events.ts";
import { type DatasetFile, openDatasetFile } from "../learning/dataset.ts";
import type { Lesson } from "../learning/lesson.ts";
import { lessonPair } from "../learning/lesson-forms.ts";
import { withdrawnBy } from "../telemetry/batch.ts";
import type { Cursor } from "../telemetry/cursor.ts";
import { nowOrLater } from "./later.ts";
import type { Sink, SinkOptions } from "./store.ts";

/** Where the names of the dataset's pairs are kept, with the cursors of its sink. */
export interface PairNames {
  /** The server that is asked, where there is one. */
  readonly dependency?: Sink["dependency"];
  cursors(): Promise<readonly Cursor[]>;
  /** Which of these lessons are pairs already. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Every pair, in the order they were added. */
  all(): Promise<readonly string[]>;
  /** Bytes of the dataset that the names account for. */
  bytes(): Promise<number>;
  /** Which of these lessons a sink has heard of as withdrawn. */
  withdrawn(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Adds names, takes withdrawn ones out, and saves the bytes they account for and the cursors, in one transaction;
   * returns how many names were new.
   */
  add(ids: readonly string[], bytes: number, cursors: readonly Cursor[], gone: readonly string[]): Promise<number>;
  find(id: string): Promise<Lesson | null>;
  /** Announces that names will be added soon, where others wait for them; returns what must be called once they are. */
  soon?(): () => void;
}

/**
 * Opens the sink of the dataset: withdrawn pairs are taken out, and that is noted; then new ones are appended and synced,
 * and their names and the cursor saved in one transaction. What a crash leaves between is mended at the next start: the
 * cursor is behind then, so whatever was withdrawn is withdrawn again.
 */
export async function openPairsSink(
  names: PairNames,
  file: string,
  { emit, signal }: SinkOptions,
): Promise<Sink & { close(): void }> {
  const dataset = await openDatasetFile(file, { signal });
  const repaired = await nowOrLater(() => repair(names, dataset, emit)).catch((error: unknown) => {
    dataset.close();
    throw error;
  });
  // Pairs that are in the file while their names could not be kept yet: trying again must not append them again.
  const unnamed = new Set<string>();
  // On its own, before anything is appended: only then a file that is shorter than its names say was left by this, and
  // one that is longer has just what was appended behind what they account for.
  const remove = async (ids: readonly string[], gone: readonly string[], options: { readonly signal: AbortSignal }) => {
    if (unnamed.size > 0) await names.add([...unnamed], dataset.bytes(), [], []);
    unnamed.clear();
    await dataset.remove(new Set(ids), options);
    await names.add([], dataset.bytes(), [], gone);
  };
  return {
    name: "dataset",
    optional: false,
    ...(names.dependency === undefined ? {} : { dependency: names.dependency }),
    async load() {
      await repaired();
      return names.cursors();
    },
    async take(batch, options) {
      const gone = withdrawnBy(batch);
      const ids = batch.lessons.map(({ id }) => id);
      const [known, withdrawn] = await Promise.all([names.known([...ids, ...gone]), names.withdrawn(ids)]);
      const fresh = new Map<string, Lesson>();
      for (const lesson of batch.lessons) if (!known.has(lesson.id)) fresh.set(lesson.id, lesson);
      for (const id of [...withdrawn, ...gone]) fresh.delete(id);
      const removed = gone.filter((id) => known.has(id) || unnamed.has(id));
      if (removed.length > 0) await remove(removed, gone, options);
      const missing = [...fresh.values()].filter(({ id }) => !unnamed.has(id));
      const handedOver = names.soon?.();
      let added: Promise<number>;
      try {
        await dataset.append(missing.map(lessonPair), options);
        for (const { id } of missing) unnamed.add(id);
        added = names.add([...fresh.keys(), ...unnamed], dataset.bytes(), batch.cursors, gone);
      } finally {
        handedOver?.();
      }
      await added;
      unnamed.clear();
      return { fresh: fresh.size, duplicates: batch.lessons.length - fresh.size, removed: removed.length };
    },
    close: () => dataset.close(),
  };
}

// After a crash the file may hold pairs that are not named yet (adopted), or, when someone cut or removed it, lack
// pairs that are (written again from the rows).
async function repair(names: PairNames, dataset: DatasetFile, emit: Emit): Promise<void> {
  const bytes = await names.bytes();
  const shorter = dataset.bytes() < bytes;
  const tail = await dataset.read(shorter ? 0 : bytes);
  const restored: Uint8Array[] = [];
  if (shorter) {
    const there = new Set(tail);
    for (const id of await names.all()) {
      const lesson = there.has(id) ? null : await names.find(id);
      if (lesson) restored.push(lessonPair(lesson));
    }
    await dataset.append(restored, { signal: AbortSignal.timeout(60_000) });
  }
  const adoptedPairs = await names.add(tail, dataset.bytes(), [], []);
  if (dataset.droppedBytes > 0 || adoptedPairs > 0 || restored.length > 0) {
    const { file, droppedBytes } = dataset;
    emit({ type: "dataset.repaired", file, droppedBytes, adoptedPairs, restoredPairs: restored.length });
  }
}
