import type { Lesson } from "../../src/engine/learning/lesson.ts";
import { type Batch, withdrawnBy } from "../../src/engine/telemetry/batch.ts";
import { batch, cursor, lesson, negative } from "./batches.ts";

/** Numbers from 0 to below 1 that are the same in every run. */
export function openDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 12)) >>> 0) / 4_294_967_296;
  };
}

/** Batches that teach, withdraw and reject by chance, the same for a seed; batch n ends at offset n + 1. */
export function plannedBatches(seed: number, rounds: number): Batch[] {
  const dice = openDice(seed);
  const prompt = (number: number) => `please finish the piece of work called t${number} now`;
  let taught = 0;
  return Array.from({ length: rounds }, (_, round) => {
    const lessons = Array.from({ length: 3 }, () =>
      lesson(prompt(dice() < 0.2 ? Math.floor(dice() * taught) : taught++)),
    );
    const one = () => prompt(Math.floor(dice() * (taught + 3)));
    return batch(lessons, [cursor(round + 1)], {
      withdrawn: dice() < 0.3 ? [lesson(one()).id] : [],
      negatives: dice() < 0.3 ? [negative(one())] : [],
    });
  });
}

/** What is left once all batches were taken, and the names of what was rejected, in order. */
export function plannedEnd(batches: readonly Batch[]): { left: Lesson[]; rejected: string[] } {
  const gone = new Set(batches.flatMap(withdrawnBy));
  const taught = new Map(batches.flatMap(({ lessons }) => lessons).map((one) => [one.id, one]));
  for (const id of gone) taught.delete(id);
  const rejected = [...new Set(batches.flatMap(({ negatives }) => negatives).map(({ id }) => id))];
  return { left: [...taught.values()], rejected };
}
