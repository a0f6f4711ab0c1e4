import { Failure } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { Lesson } from "../learning/lesson.ts";
import type { Renewal } from "../stores/renewal.ts";
import type { Sink } from "../stores/store.ts";
import { emptyBatch } from "../telemetry/batch.ts";

const lessonsAtOnce = 100;

/**
 * A sink that, before it goes on, is given every lesson of the rows again when what it keeps of them was removed: those
 * it has already it passes over. A fact says how far that is, so it goes on there after an end at any moment.
 */
export function remadeFromRows(sink: Sink, renewal: Renewal, fact: string, emit: Emit): Sink {
  let isWhole = false;

  const give = async (lessons: readonly Lesson[], signal: AbortSignal): Promise<void> => {
    try {
      await sink.take({ ...emptyBatch(), lessons }, { signal });
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "refused") throw error;
      const [only] = lessons;
      if (lessons.length === 1 && only) {
        emit({ type: "lesson.refused", sink: sink.name, lesson: only.id, why: error.message });
        return;
      }
      const half = lessons.length >> 1;
      await give(lessons.slice(0, half), signal);
      await give(lessons.slice(half), signal);
    }
  };

  const remake = async (signal: AbortSignal) => {
    const saved = await renewal.fact(fact);
    if (saved === null) return;
    for (let after = Number(saved); ; ) {
      signal.throwIfAborted();
      const rows = await renewal.lessonsAfter(after, lessonsAtOnce);
      const last = rows.at(-1);
      if (last === undefined) break;
      await give(
        rows.map(({ lesson }) => lesson),
        signal,
      );
      after = last.seq;
      await renewal.change({ facts: { [fact]: String(after) } });
    }
    await renewal.change({ facts: { [fact]: null } });
  };

  return {
    ...sink,
    async load(options) {
      const cursors = await sink.load(options);
      if (!isWhole) await remake(options.signal);
      isWhole = true;
      return cursors;
    },
  };
}
