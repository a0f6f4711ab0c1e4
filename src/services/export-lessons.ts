import type { DatasetSnapshot } from "../engine/learning/dataset-snapshot.ts";
import type { Pair } from "../engine/learning/shapes.ts";
import type { Store } from "../engine/stores/store.ts";
import type { ExportOptions } from "./export-options.ts";

/** The pairs of an export. */
export interface ExportLessons {
  /** Those that are asked for, in the dataset's order, every time it is called. */
  pairs(options: { readonly signal: AbortSignal }): AsyncGenerator<Pair>;
  /** What keeps a lesson on one side of a split with its near-duplicates. */
  splitKey(id: string): string;
}

/** Pairs that are asked about at once. */
const asked = 256;

/**
 * Opens what an export takes from the dataset: never what a person rejected or what is withdrawn, and of the rest what
 * the options want.
 */
export async function openExportLessons(
  snapshot: DatasetSnapshot,
  store: Store,
  options: ExportOptions,
): Promise<ExportLessons> {
  const { approvedOnly, minValue, nearDuplicates, kinds, share } = options;
  const reviews = new Map((await store.reviews()).map(({ id, review }) => [id, review]));
  const worthy = minValue === null ? null : new Set(await store.lessonsWorth(minValue));
  const repeated = nearDuplicates ? null : await store.duplicateClusters();
  const keys = share > 0 ? await store.splitKeys() : new Map<string, string>();
  const isWanted = ({ metadata: { lesson_id: id, interaction_type: kind } }: Pair) => {
    const review = reviews.get(id) ?? "pending";
    if (review === "rejected" || (approvedOnly && review !== "approved")) return false;
    if (kinds.size > 0 && !kinds.has(kind)) return false;
    return (worthy === null || worthy.has(id)) && repeated?.has(id) !== true;
  };
  async function* standing(pairs: readonly Pair[]) {
    const gone = await store.withdrawn(pairs.map(({ metadata }) => metadata.lesson_id));
    yield* pairs.filter(({ metadata }) => !gone.has(metadata.lesson_id));
  }
  return {
    splitKey: (id) => keys.get(id) ?? id,
    async *pairs({ signal }) {
      let waiting: Pair[] = [];
      for await (const pair of snapshot.pairs({ signal })) {
        if (!isWanted(pair)) continue;
        waiting.push(pair);
        if (waiting.length < asked) continue;
        yield* standing(waiting);
        waiting = [];
      }
      yield* standing(waiting);
    },
  };
}
