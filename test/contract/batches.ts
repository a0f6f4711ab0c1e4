import type { Lesson, Negative } from "../../src/engine/learning/lesson.ts";
import { lessonId } from "../../src/engine/learning/lesson.ts";
import { type Batch, emptyBatch, type Tally } from "../../src/engine/telemetry/batch.ts";
import { type Cursor, cursorVersion } from "../../src/engine/telemetry/cursor.ts";

/** A lesson of these words, from this file. */
export function lesson(
  prompt: string,
  { file = "/logs/a.jsonl", response = "it is done as it was asked" } = {},
): Lesson {
  return {
    id: lessonId(prompt, response),
    patternId: `task_${prompt.slice(0, 8)}`,
    kind: "task_completion",
    prompt,
    response,
    backend: "aider",
    iterations: 2,
    timestamp: "2026-01-02T03:04:05.000Z",
    successMetrics: { tests: 0.1 + 0.2 },
    feedback: null,
    origin: { file, inode: "1:2", offset: 10, bytes: 20 },
  };
}

/** Rejected work of these words. */
export function negative(prompt: string, more: { file?: string; response?: string; chosen?: string } = {}): Negative {
  return {
    ...lesson(prompt, more),
    kind: "conversation",
    iterations: 1,
    successMetrics: {},
    chosen: more.chosen ?? "",
  };
}

/** The cursor of a file up to an offset. */
export function cursor(offset: number, file = "/logs/a.jsonl", inode = "1:2"): Cursor {
  return {
    version: cursorVersion,
    inode,
    file,
    offset,
    print: { headBytes: 4, headHash: "ab", tailHash: "cd" },
    turns: [],
  };
}

/** A batch of lessons, as many events as lessons and rejected ones, with the cursor that is true once they are taken. */
export function batch(lessons: readonly Lesson[], cursors: readonly Cursor[], more: Partial<Batch> = {}): Batch {
  const tallies = new Map<string, Tally>();
  for (const { origin } of lessons) {
    const tally = tallies.get(origin.file) ?? { events: 0, rejected: new Map(), dialects: new Map() };
    tally.events++;
    tallies.set(origin.file, tally);
  }
  for (const { origin } of more.negatives ?? []) {
    const tally = tallies.get(origin.file) ?? { events: 0, rejected: new Map(), dialects: new Map() };
    tally.events++;
    tally.rejected.set("rejected_by_user", (tally.rejected.get("rejected_by_user") ?? 0) + 1);
    tallies.set(origin.file, tally);
  }
  return { ...emptyBatch(), events: lessons.length, bytes: 100, lessons, tallies, cursors, ...more };
}
