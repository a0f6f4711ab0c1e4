import { appendFileSync, closeSync, openSync, renameSync, statSync, writeFileSync, writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Ahead, openAhead } from "../../../src/engine/learning/ahead.ts";
import { type LearnMemory, openLearnMemory } from "../../../src/engine/learning/learn-memory.ts";
import type { Batch } from "../../../src/engine/telemetry/batch.ts";
import { openDescriptors } from "../../../src/engine/telemetry/descriptors.ts";
import { chunkBytes } from "../../../src/engine/telemetry/lines.ts";
import { coveredBy, discover } from "../../../src/engine/telemetry/sources.ts";
import { type Follower, openFollower } from "../../../src/engine/telemetry/tail.ts";
import { temporaryDirectory } from "../telemetry/writing.ts";

const terms = { chunkBytes, maxLineBytes: 1 << 20, worthBytes: 1 };
const alone = availableParallelism() < 2;
if (alone) console.warn("skipped: a second thread is not used where there is one processor");

function line(number: number, word: string): string {
  const task = {
    prompt: `how to configure number ${number} of the ${word}`,
    output: `so it is done: ${word.repeat(40)}`,
  };
  return `${JSON.stringify({ event: "task_completed", task_id: number, status: "completed", task })}\n`;
}

function lines(from: number, to: number, word: string): string {
  return Array.from({ length: to - from }, (_, index) => line(from + index, word)).join("");
}

// Counts what the other thread gave, so that a test of it is one.
function counted(ahead: Ahead): Ahead & { readonly given: () => number } {
  let given = 0;
  return {
    ...ahead,
    given: () => given,
    take(inode, offset) {
      const run = ahead.take(inode, offset);
      if (run !== null) given++;
      return run;
    },
  };
}

function follow(pattern: string, memory: LearnMemory): Follower {
  return openFollower({
    sink: "test",
    cursors: [],
    discover: () => discover([pattern]),
    covers: coveredBy([pattern]),
    memory,
    descriptors: openDescriptors(8),
    maxLineBytes: terms.maxLineBytes,
    unended: false,
    emit: () => undefined,
  });
}

function takeAll(follower: Follower, events: number, between: (batch: Batch) => void = () => undefined): Batch[] {
  const batches: Batch[] = [];
  follower.refresh();
  for (let batch = follower.next(events); batch !== null; batch = follower.next(events)) {
    batches.push(batch);
    between(batch);
  }
  return batches;
}

function lessonsIn(batches: readonly Batch[]) {
  return batches.flatMap(({ lessons }) => lessons.map(({ id, prompt, origin }) => ({ id, prompt, origin })));
}

test.skipIf(alone)(
  "what a second thread learns ahead is just what is learned without it, for several files and sinks",
  async () => {
    using directory = temporaryDirectory();
    for (const word of ["gateway", "printer", "router"]) {
      writeFileSync(
        join(directory.path, `${word}.jsonl`),
        `${lines(0, 2000, word)}not json\n${lines(2000, 4000, word)}`,
      );
    }
    const pattern = join(directory.path, "*.jsonl");
    const ahead = counted(openAhead(terms));
    ahead.weigh(1e9);
    const memory = openLearnMemory(40, terms.maxLineBytes, ahead);
    const first = follow(pattern, memory);
    const second = follow(pattern, memory);
    const plain = takeAll(follow(pattern, openLearnMemory(1, terms.maxLineBytes)), 700);
    first.refresh();
    second.refresh();
    const batches: { first: Batch[]; second: Batch[] } = { first: [], second: [] };
    for (let batch = first.next(700); batch !== null; batch = first.next(700)) {
      batches.first.push(batch);
      const other = second.next(700);
      if (other !== null) batches.second.push(other);
      // The event loop turns, as it does while batches are stored.
      await new Promise(setImmediate);
    }
    ahead.close();
    expect(ahead.given()).toBeGreaterThan(5);
    expect(batches.first).toEqual(plain);
    expect(batches.second).toEqual(plain);
    for (const follower of [first, second]) follower.close();
  },
);

test.skipIf(alone)("a log that is written anew, cut or replaced while it is learned ahead is read as it is", () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "a.jsonl");
  const ahead = counted(openAhead(terms));
  ahead.weigh(1e9);
  const memory = openLearnMemory(4, terms.maxLineBytes, ahead);
  writeFileSync(file, lines(0, 3000, "gateway"));
  const follower = follow(join(directory.path, "*.jsonl"), memory);
  let turn = 0;
  const batches = takeAll(follower, 200, ({ cursors }) => {
    if (++turn !== 5) return;
    // Behind the committed place everything is overwritten by lines of the same length, which the thread has not read.
    const at = Number(cursors.at(-1)?.offset);
    const left = statSync(file).size - at;
    const fresh = lines(0, 3000, "printer").slice(0, left);
    const fd = openSync(file, "r+");
    writeSync(fd, `${fresh.slice(0, fresh.lastIndexOf("\n"))}${" ".repeat(left - fresh.lastIndexOf("\n") - 1)}\n`, at);
    closeSync(fd);
  });
  const words = lessonsIn(batches).map(({ prompt }) => prompt.split(" ").at(-1));
  const changed = words.indexOf("printer");
  expect(words.slice(0, changed).every((word) => word === "gateway")).toBe(true);
  // Lines that were read before are handed out as they were read; everything after them is new.
  expect(words.slice(changed).every((word) => word === "printer")).toBe(true);
  expect(words.slice(changed).length).toBeGreaterThan(100);
  renameSync(file, `${file}.1`);
  writeFileSync(file, lines(0, 2000, "scanner"));
  const anew = lessonsIn(takeAll(follower, 200)).filter(({ prompt }) => prompt.endsWith("scanner"));
  expect(new Set(anew.map(({ prompt }) => prompt)).size).toBe(2000);
  appendFileSync(file, lines(2000, 2100, "scanner"));
  expect(lessonsIn(takeAll(follower, 200))).toHaveLength(100);
  ahead.close();
  expect(ahead.given()).toBeGreaterThan(3);
  follower.close();
});

test.skipIf(alone)("learning goes on without the second thread when that ends or can read nothing", () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "a.jsonl");
  writeFileSync(file, lines(0, 6000, "gateway"));
  // No memory can be had for runs of this size, so the thread reads none.
  for (const chunk of [chunkBytes, Number.MAX_SAFE_INTEGER]) {
    const ahead = openAhead({ ...terms, chunkBytes: chunk });
    ahead.weigh(1e9);
    const follower = follow(join(directory.path, "*.jsonl"), openLearnMemory(2, terms.maxLineBytes, ahead));
    let turn = 0;
    const batches = takeAll(follower, 500, () => {
      if (++turn === 3) ahead.weigh(0);
    });
    expect(lessonsIn(batches)).toHaveLength(6000);
    ahead.close();
    follower.close();
  }
});
