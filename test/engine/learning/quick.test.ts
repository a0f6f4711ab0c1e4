import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonRecord } from "../../../src/engine/learning/formats/dialect.ts";
import {
  isClaudeRecord,
  isEditorRecord,
  isInferenceRecord,
  isTaskRecord,
} from "../../../src/engine/learning/formats/quick.ts";
import { claudeShape, inferenceShape, taskShape, vscodeShape } from "../../../src/engine/learning/formats/shapes.ts";

const odd = fc.constantFrom<unknown>(null, 0, 1.5, Number.POSITIVE_INFINITY, "", "text", true, [], {}, ["x"], { a: 1 });

/** Records that are mostly right: every field is left out, right, or something odd. */
function records(right: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<JsonRecord> {
  const fields = Object.entries(right).map(([name, value]) =>
    fc.oneof(
      { weight: 18, arbitrary: value.map((one) => [[name, one]]) },
      { weight: 1, arbitrary: odd.map((one) => [[name, one]]) },
      { weight: 2, arbitrary: fc.constant([]) },
    ),
  );
  return fc.tuple(...fields).map((pairs) => JSON.parse(JSON.stringify(Object.fromEntries(pairs.flat()))));
}

const text = fc.constantFrom("a", "some text", "");
const number = fc.constantFrom(0, 1, -1, 12.5);
const stamp = fc.oneof(text, number);
const block = records({ type: text, text, is_error: fc.boolean(), more: odd });
const cases = [
  {
    name: "a finished task",
    guard: isTaskRecord,
    shape: taskShape,
    records: records({
      status: text,
      task_id: stamp,
      total_iterations: number,
      task: records({ task_id: stamp, prompt: text, output: text, iteration: number, backend: text, more: odd }),
      timestamp: stamp,
      more: odd,
    }),
  },
  {
    name: "a question with its answer",
    guard: isInferenceRecord,
    shape: inferenceShape,
    records: records({
      query: text,
      response: text,
      latency_ms: number,
      model: text,
      role: text,
      session_id: text,
      tokens_in: number,
      tokens_out: number,
      tokens_used: number,
      success: fc.boolean(),
      user_feedback: number,
      timestamp: stamp,
    }),
  },
  {
    name: "an editor event",
    guard: isEditorRecord,
    shape: vscodeShape,
    records: records({
      extension: text,
      model_used: text,
      success: fc.boolean(),
      latency_ms: number,
      user_feedback: number,
      metadata: records({ prompt: text, more: odd }),
      timestamp: stamp,
    }),
  },
  {
    name: "a message of a session",
    guard: isClaudeRecord,
    shape: claudeShape,
    records: records({
      type: fc.constantFrom("user", "assistant"),
      uuid: text,
      sessionId: text,
      timestamp: text,
      isSidechain: fc.boolean(),
      isMeta: fc.boolean(),
      message: records({
        role: text,
        model: text,
        stop_reason: text,
        content: fc.oneof(text, fc.array(block, { maxLength: 3 })),
      }),
    }),
  },
];

test.each(cases)(
  "a quick look takes $name only where its shape would give the very same record",
  ({ guard, shape, records }) => {
    let [taken, left] = [0, 0];
    fc.assert(
      fc.property(records, (record) => {
        const parsed = shape.safeParse(record);
        if (guard(record)) {
          taken++;
          expect(parsed.success).toBe(true);
          expect(parsed.data).toEqual(record);
        } else left++;
      }),
      { numRuns: 3000 },
    );
    expect(taken, "the guard says yes").toBeGreaterThan(100);
    expect(left, "the guard says no").toBeGreaterThan(100);
  },
);
