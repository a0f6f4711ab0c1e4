import * as fc from "fast-check";
import { expect, test } from "vitest";
import { missingIn } from "../../../src/engine/learning/formats/missing.ts";
import { reasons } from "../../../src/engine/learning/formats/reasons.ts";

test("a malformed line says which fields are missing or wrong", () => {
  const task = '{"event":"task_completed","status":1,"task":{"output":3}}';
  expect(missingIn(task, "malformed_task")).toBe(
    "status is a number, not a string, task.prompt is missing, task.output is a number, not a string",
  );
  expect(missingIn('{"event":"local_inference","query":"x"}', "malformed_local_inference")).toBe("response is missing");
  expect(missingIn('{"event":"completion","metadata":[1]}', "malformed_editor_event")).toBe(
    "metadata is a list, not an object",
  );
});

test("whatever the line and the reason are, saying what is missing never fails", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(...Object.keys(reasons), "refused_by_rows", ""), (text, reason) => {
      expect(missingIn(text, reason).length).toBeLessThan(1000);
    }),
  );
});

test("a number that is too large is called no finite number", () => {
  const line = '{"event_type":"local_inference","query":"a","response":"b","latency_ms":1e999}';
  expect(missingIn(line, "malformed_local_inference")).toBe("latency_ms is no finite number");
  expect(missingIn(line.replace("1e999", "-1e999"), "malformed_local_inference")).toBe(
    "latency_ms is no finite number",
  );
});
