// What weighing the backlog costs with a thousand sources, for both sinks whose backlog counts.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openLearnMemory } from "../../src/engine/learning/learn-memory.ts";
import { openPressure } from "../../src/engine/pressure.ts";
import { openDescriptors } from "../../src/engine/telemetry/descriptors.ts";
import { discover } from "../../src/engine/telemetry/sources.ts";
import { openFollower } from "../../src/engine/telemetry/tail.ts";

const sources = 1000;
const looks = 2000;

/** Measures the check over followers of a thousand real files. */
export function benchPressure({ work, say, bar, report }) {
  const directory = join(work, "sources");
  mkdirSync(directory);
  let bytes = 0;
  for (let index = 0; index < sources; index++) {
    const text = `${JSON.stringify({ event: "task_submitted", pad: "x".repeat(index) })}\n`;
    writeFileSync(join(directory, `s${index}-events.jsonl`), text);
    bytes += text.length;
  }
  const memory = openLearnMemory(2, 1024 * 1024);
  const descriptors = openDescriptors();
  const followers = ["rows", "dataset"].map((sink) =>
    openFollower({
      sink,
      cursors: [],
      discover: () => discover([join(directory, "*-events.jsonl")]),
      covers: () => true,
      memory,
      descriptors,
      maxLineBytes: 1024 * 1024,
      unended: false,
      emit: () => undefined,
    }),
  );
  for (const follower of followers) follower.refresh();
  const bounds = { "backpressure.pauseBytes": 1000, "backpressure.resumeShare": 0.8 };
  const pressure = openPressure(bounds, () => undefined);
  const took = [];
  for (let look = 0; look < looks; look++) {
    const started = performance.now();
    pressure.weigh(followers.map((follower) => follower.lagBytes()));
    took.push(performance.now() - started);
  }
  if (pressure.backlogBytes() !== bytes || !pressure.paused()) throw new Error("the backlog was not measured");
  for (const follower of followers) follower.close();
  took.sort((a, b) => a - b);
  const [p50, p99] = [took[looks / 2], took[Math.floor(looks * 0.99)]];
  report.pressure = { sources, p50Ms: p50, p99Ms: p99 };
  say(`backpressure check over ${sources} sources and 2 sinks: p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms`);
  bar("backpressure check p50", p50, 1, p50 < 1, " ms");
  bar("backpressure check p99", p99, 1, p99 < 1, " ms");
}
