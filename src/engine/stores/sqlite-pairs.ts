import type { Emit } from "../events.ts";
import { type DatasetFile, openDatasetFile } from "../learning/dataset.ts";
import { datasetLine } from "../learning/export.ts";
import type { Lesson } from "../learning/lesson.ts";
import type { Embedded } from "./sqlite.ts";
import { loadCursors, saveCursors } from "./sqlite-cursors.ts";
import { findLesson } from "./sqlite-reads.ts";
import type { Sink } from "./store.ts";

/** Opens the sink of the dataset: pairs appended and synced first, then their names and the cursor in one transaction. */
export async function openPairs(
  store: Embedded,
  file: string,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<Sink & { close(): void }> {
  const isPair = (id: string) => store.get("SELECT 1 FROM pairs WHERE id = ?", id) !== undefined;
  const remember = (ids: readonly string[]) => {
    for (const id of ids) store.run("INSERT INTO pairs (id) VALUES (?) ON CONFLICT DO NOTHING", id);
  };
  const dataset = await openDatasetFile(file, { signal });
  await repair(store, dataset, remember, emit);
  return {
    name: "dataset",
    optional: false,
    load: () => loadCursors(store, "dataset", emit),
    async take(batch, options) {
      const fresh = new Map<string, Lesson>();
      for (const lesson of batch.lessons) {
        if (!fresh.has(lesson.id) && !isPair(lesson.id)) fresh.set(lesson.id, lesson);
      }
      await dataset.append([...fresh.values()].map(datasetLine), options);
      await store.commit(() => {
        remember([...fresh.keys()]);
        saveCursors(store, "dataset", batch.cursors);
        store.run("INSERT OR REPLACE INTO facts (name, value) VALUES ('dataset.bytes', ?)", String(dataset.bytes()));
      });
      return { fresh: fresh.size, duplicates: batch.lessons.length - fresh.size };
    },
    close: () => dataset.close(),
  };
}

// After a crash the file may hold pairs that are not remembered yet (adopted), or, when someone cut or removed it, lack
// pairs that are (written again from the rows).
async function repair(
  store: Embedded,
  dataset: DatasetFile,
  remember: (ids: readonly string[]) => void,
  emit: Emit,
): Promise<void> {
  const bytes = Number(store.get("SELECT value FROM facts WHERE name = 'dataset.bytes'")?.value ?? 0);
  const pairs = Number(store.get("SELECT count(*) AS n FROM pairs")?.n ?? 0);
  const shorter = dataset.bytes() < bytes;
  const tail = await dataset.read(shorter ? 0 : bytes);
  const restored: string[] = [];
  if (shorter) {
    const there = new Set(tail);
    for (const row of store.all("SELECT id FROM pairs")) {
      const id = String(row.id);
      const lesson = there.has(id) ? null : findLesson(store, id);
      if (lesson) restored.push(datasetLine(lesson));
    }
    await dataset.append(restored, { signal: AbortSignal.timeout(60_000) });
  }
  await store.commit(() => {
    remember(tail);
    store.run("INSERT OR REPLACE INTO facts (name, value) VALUES ('dataset.bytes', ?)", String(dataset.bytes()));
  });
  const adoptedPairs = Number(store.get("SELECT count(*) AS n FROM pairs")?.n ?? 0) - pairs;
  if (dataset.droppedBytes > 0 || adoptedPairs > 0 || restored.length > 0) {
    const { file, droppedBytes } = dataset;
    emit({ type: "dataset.repaired", file, droppedBytes, adoptedPairs, restoredPairs: restored.length });
  }
}
