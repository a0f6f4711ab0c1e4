import { Failure, messageOf } from "./errors.ts";
import type { Emit } from "./events.ts";
import { addTo } from "./progress.ts";
import type { Refusals } from "./refusals.ts";
import type { Sink } from "./stores/store.ts";
import type { Batch, Tally } from "./telemetry/batch.ts";

/** What isolating needs: the sink, how it is asked, and where refused lessons are listed. */
export interface IsolateOptions {
  readonly sink: Sink;
  readonly take: (batch: Batch) => Promise<unknown>;
  readonly refusals: Refusals;
  readonly emit: Emit;
}

// Nearly always the lessons of a file are of one dialect; whose it was is not told where they are of two.
function countRefused(tally: Tally, reason: string): void {
  addTo(tally.rejected, reason, 1);
  const teaching = [...tally.dialects.values()].filter(({ events, rejected }) => {
    return events > [...rejected.values()].reduce((sum, count) => sum + count, 0);
  });
  const [only] = teaching;
  if (only && teaching.length === 1) addTo(only.rejected, reason, 1);
}

/**
 * Halves the lessons of a batch until those that the sink refuses are found, and lists them; returns the batch without
 * them. The trials carry no cursor, so nothing is skipped.
 */
export async function withoutRefused(batch: Batch, { sink, take, refusals, emit }: IsolateOptions): Promise<Batch> {
  const kept: Batch["lessons"][number][] = [];
  const tallies = new Map(
    [...batch.tallies].map(([file, { events, rejected, dialects }]) => {
      const own = [...dialects].map(([name, one]) => [name, { ...one, rejected: new Map(one.rejected) }] as const);
      return [file, { events, rejected: new Map(rejected), dialects: new Map(own) }];
    }),
  );
  const attempt = async (lessons: Batch["lessons"]): Promise<void> => {
    try {
      const nothing = {
        withdrawn: [],
        negatives: [],
        chosen: [],
        bad: [],
        tallies: new Map(),
        tasks: [],
        cursors: [],
        events: 0,
        bytes: 0,
      };
      await take({ ...batch, ...nothing, lessons, trial: true });
      kept.push(...lessons);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "refused") throw error;
      const [only] = lessons;
      if (lessons.length === 1 && only) {
        const why = messageOf(error);
        await refusals.add({
          sink: sink.name,
          lesson: only.id,
          ...only.origin,
          why,
          foundAt: new Date().toISOString(),
        });
        const tally = tallies.get(only.origin.file);
        if (tally) countRefused(tally, `refused_by_${sink.name}`);
        emit({ type: "lesson.refused", sink: sink.name, lesson: only.id, why });
        return;
      }
      await attempt(lessons.slice(0, lessons.length >> 1));
      await attempt(lessons.slice(lessons.length >> 1));
    }
  };
  await attempt(batch.lessons);
  return { ...batch, lessons: kept, tallies };
}
