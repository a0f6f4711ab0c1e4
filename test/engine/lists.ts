import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openConfig } from "../../src/engine/config.ts";
import { type Engine, type EngineOptions, openEngine } from "../../src/engine/engine.ts";
import type { EngineEvent } from "../../src/engine/events.ts";
import type { BreakerName } from "../../src/engine/guards/names.ts";
import type { Sink } from "../../src/engine/stores/store.ts";
import type { Batch } from "../../src/engine/telemetry/batch.ts";
import type { Cursor } from "../../src/engine/telemetry/cursor.ts";
import { temporaryDirectory } from "./telemetry/writing.ts";

/** A sink that keeps its lessons in a list; `trouble` may throw what a server in trouble would. */
export interface ListSink extends Sink {
  readonly lessons: string[];
  readonly cursors: Map<string, Cursor>;
  takes: number;
  trouble: (batch: Batch) => Promise<void> | void;
  loadTrouble: () => Promise<void> | void;
}

/** A sink over a list; a trial without cursors counts as taken too, as everywhere. */
export function listSink(name: string, more: { optional?: boolean; dependency?: BreakerName } = {}): ListSink {
  const seen = new Set<string>();
  const sink: ListSink = {
    name,
    optional: false,
    ...more,
    lessons: [],
    cursors: new Map(),
    takes: 0,
    trouble: () => undefined,
    loadTrouble: () => undefined,
    async load() {
      await sink.loadTrouble();
      return [...sink.cursors.values()];
    },
    async take(batch) {
      sink.takes++;
      await sink.trouble(batch);
      const fresh = batch.lessons.filter(({ id }) => !seen.has(id));
      for (const { id, response } of fresh) {
        seen.add(id);
        sink.lessons.push(response);
      }
      for (const cursor of batch.cursors) sink.cursors.set(cursor.inode, cursor);
      const bySource = new Map<string, { fresh: number; duplicates: number; withdrawn: number; removed: number }>();
      for (const { origin } of fresh) {
        const counts = bySource.get(origin.file) ?? { fresh: 0, duplicates: 0, withdrawn: 0, removed: 0 };
        bySource.set(origin.file, { ...counts, fresh: counts.fresh + 1 });
      }
      return { fresh: fresh.length, duplicates: batch.lessons.length - fresh.length, bySource };
    },
  };
  return sink;
}

/** One line of a log that makes one lesson, whose response ends with the name. */
export function lessonLine(name: string, pad = ""): string {
  return `${JSON.stringify({
    event: "task_completed",
    task_id: name,
    status: "completed",
    total_iterations: 2,
    task: {
      task_id: name,
      prompt: `Please configure the service ${name} now`,
      output: `It is done: ${name}`,
      iteration: 2,
    },
    pad,
  })}\n`;
}

/** A home with a telemetry log, and an engine over it that is stopped with the test. */
export function engineBench() {
  const directory = temporaryDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  const home = join(directory.path, "home");
  mkdirSync(home);
  const log = join(directory.path, "a-events.jsonl");
  writeFileSync(log, "");
  const events: EngineEvent[] = [];
  const config = (...set: string[]) => openConfig({ home, set: ["learning.pollMs=10", ...set] }, {});
  const open = (sinks: readonly Sink[], more: Partial<EngineOptions> = {}): Engine =>
    openEngine({
      config: config(),
      patterns: [join(directory.path, "*-events.jsonl")],
      sinks,
      emit: (event) => void events.push(event),
      ...more,
    });
  const start = (engine: Engine, once = false) => {
    const stop = new AbortController();
    const ended = engine.run({ once, signal: stop.signal });
    ended.catch(() => undefined);
    const end = async () => {
      stop.abort();
      await ended.catch(() => undefined);
    };
    onTestFinished(end);
    return { ended, end };
  };
  return { home, log, events, config, open, start };
}
