import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDatasetFile } from "../../../src/engine/learning/dataset.ts";
import { openDatasetSnapshot } from "../../../src/engine/learning/dataset-snapshot.ts";
import { datasetLine } from "../../../src/engine/learning/export.ts";
import { lessonId } from "../../../src/engine/learning/lesson.ts";

const { signal } = new AbortController();
const batch = 20;

function lessonOf(at: number) {
  const [prompt, response] = [`What is number ${at} for?`, `${"Words and words. ".repeat(200)}${at}`];
  return {
    id: lessonId(prompt, response),
    patternId: `p${at}`,
    kind: "inference" as const,
    prompt,
    response,
    backend: "m",
    iterations: 1,
    timestamp: "",
    successMetrics: {},
    feedback: null,
    origin: { file: "f", inode: "1:1", offset: 0, bytes: 1 },
  };
}

test("a dataset that is read while it grows and shrinks is one that was there, in whole lines", async () => {
  const directory = mkdtempSync(join(tmpdir(), "aistack-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "dataset.jsonl");
  const dataset = await openDatasetFile(file, { signal });
  onTestFinished(() => dataset.close());
  let writing = true;
  // Every batch but the newest has lost its last lesson.
  const writer = (async () => {
    for (let first = 0; first < 60 * batch; first += batch) {
      const lessons = Array.from({ length: batch }, (_, at) => lessonOf(first + at));
      await dataset.append(
        lessons.map((lesson) => Buffer.from(`${datasetLine(lesson)}\n`)),
        { signal },
      );
      await dataset.remove(new Set([lessons.at(-1)?.id ?? ""]), { signal });
    }
    writing = false;
  })();
  const seen: number[] = [];
  while (writing) {
    await using snapshot = await openDatasetSnapshot(file, { signal });
    const read = async () => {
      const ids: string[] = [];
      for await (const { metadata } of snapshot.pairs({ signal })) ids.push(metadata.pattern_id);
      return ids;
    };
    const ids = await read();
    const whole = Math.floor(ids.length / (batch - 1)) * (batch - 1);
    expect([0, 1]).toContain(ids.length - whole);
    const all = Array.from({ length: 60 * batch }, (_, at) => `p${at}`);
    const kept = all.filter((_, at) => at % batch !== batch - 1);
    const expected =
      ids.length === whole ? kept.slice(0, whole) : [...kept.slice(0, whole), all[(whole / (batch - 1)) * batch - 1]];
    expect(ids).toEqual(expected);
    // Read again it is the same, though more was written.
    expect(await read()).toEqual(ids);
    seen.push(ids.length);
  }
  await writer;
  expect(new Set(seen).size).toBeGreaterThan(3);
});
