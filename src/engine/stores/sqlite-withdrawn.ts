import type { Lesson, Negative } from "../learning/lesson.ts";
import type { Chosen } from "../telemetry/batch.ts";
import type { Embedded } from "./sqlite.ts";
import { keptOf, keyOf, nameOf } from "./sqlite-names.ts";

/** Notes names as withdrawn, for every sink, and returns their numbers; only inside a commit. */
export function noteWithdrawn(store: Embedded, ids: readonly string[]): number[] {
  return ids.map((id) => {
    const key = nameOf(store, id);
    store.run("INSERT INTO withdrawn (id) VALUES (?) ON CONFLICT DO NOTHING", key);
    return key;
  });
}

/** Which of these lessons some sink has heard of as withdrawn; not inside a commit. */
export function withdrawnAmong(store: Embedded, ids: readonly string[]): ReadonlySet<string> {
  if (store.get("SELECT 1 FROM withdrawn LIMIT 1") === undefined) return new Set();
  if (!store.readOnly) return keptOf(store, "withdrawn", ids);
  const isGone = (id: string) => store.get("SELECT 1 FROM withdrawn WHERE id = ?", keyOf(store, id)) !== undefined;
  return new Set(ids.filter(isGone));
}

/** The lessons of which no sink has heard that they were withdrawn. */
export function teachable(store: Embedded, lessons: readonly Lesson[]): readonly Lesson[] {
  if (store.get("SELECT 1 FROM withdrawn LIMIT 1") === undefined) return lessons;
  return lessons.filter(({ id }) => store.get("SELECT 1 FROM withdrawn WHERE id = ?", nameOf(store, id)) === undefined);
}

/** Keeps rejected work, each once; only inside a commit. */
export function keepNegatives(store: Embedded, negatives: readonly Negative[], now: string): void {
  for (const { id, patternId, kind, prompt, response, chosen, backend, timestamp, origin } of negatives) {
    store.run(
      `INSERT INTO negatives (id, pattern_id, kind, prompt, response, chosen, backend, timestamp, file, inode, offset,
       bytes, rejected_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING`,
      nameOf(store, id),
      patternId,
      kind,
      prompt,
      response,
      chosen,
      backend,
      timestamp,
      origin.file,
      origin.inode,
      origin.offset,
      origin.bytes,
      now,
    );
  }
}

/** Notes the better answers to rejected ones; only inside a commit. */
export function keepChosen(store: Embedded, chosen: readonly Chosen[]): void {
  for (const { negatives, response } of chosen) {
    for (const id of negatives) {
      store.run("UPDATE negatives SET chosen = ? WHERE id = ?", response, nameOf(store, id));
    }
  }
}
