import { appendFileSync, copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { EngineEvent } from "../../../src/engine/events.ts";
import { type LearnMemory, openLearnMemory } from "../../../src/engine/learning/learn-memory.ts";
import { openDescriptors } from "../../../src/engine/telemetry/descriptors.ts";
import { looksForCopy, openLosses } from "../../../src/engine/telemetry/losses.ts";
import { coveredBy, discoverAll } from "../../../src/engine/telemetry/sources.ts";
import { openFollower } from "../../../src/engine/telemetry/tail.ts";
import { temporaryDirectory } from "./writing.ts";

const lineOf = (id: number) => `${JSON.stringify({ event: "task_completed", task_id: id })}\n`;

function setUp(directory: string, whileReading: () => void, whenFound = (_file: string): void => undefined) {
  const log = join(directory, "app.jsonl");
  const patterns = [log];
  const said: EngineEvent[] = [];
  const memory = openLearnMemory(1, 4096);
  // Something happens to the log just after a run of its lines was read.
  const disturbed: LearnMemory = {
    aliases: memory.aliases,
    learn(...run) {
      const learned = memory.learn(...run);
      whileReading();
      return learned;
    },
  };
  const follower = openFollower({
    sink: "rows",
    cursors: [],
    discover: () => discoverAll(patterns),
    covers: coveredBy(patterns),
    memory: disturbed,
    descriptors: openDescriptors(16),
    maxLineBytes: 4096,
    unended: false,
    turnIdleMs: 60_000,
    emit(event) {
      said.push(event);
      if (event.type === "file.found") whenFound(event.file);
    },
  });
  const taken: number[] = [];
  const poll = async () => {
    follower.refresh();
    for (let more = true; more; ) {
      const isUnpacking = await follower.unpack(1000);
      const batch = follower.next(500);
      taken.push(...(batch?.tasks ?? []).flatMap(({ task_id: id }) => (typeof id === "number" ? [id] : [])));
      more = isUnpacking || batch !== null;
    }
  };
  return { log, said, taken, poll, follower };
}

test.each([
  ["nothing is written to it yet", []],
  ["others are written to it", [3, 4]],
])(
  "lines that were read of a log that is copied and cut before the next read are handed out once, when %s",
  async (_, later) => {
    using directory = temporaryDirectory();
    let isCut = false;
    const world = setUp(directory.path, () => {
      if (isCut) return;
      isCut = true;
      copyFileSync(world.log, `${world.log}.1`);
      truncateSync(world.log);
      appendFileSync(world.log, later.map(lineOf).join(""));
      writeFileSync(`${world.log}.1.gz`, gzipSync(readFileSync(`${world.log}.1`)));
      rmSync(`${world.log}.1`);
    });
    writeFileSync(world.log, [0, 1, 2].map(lineOf).join(""));
    for (let turn = 0; turn < 4; turn++) await world.poll();
    expect(world.taken.toSorted()).toEqual([0, 1, 2, ...later]);
    world.follower.close();
    expect(world.said.filter(({ type }) => type === "file.cut" || type === "file.gone")).toEqual([]);
  },
);

test("what was cut is said to be lost only when many looks found no copy of it, or nobody looks any more", async () => {
  using directory = temporaryDirectory();
  for (const ends of ["compressed", "gone", "closed"] as const) {
    const world = setUp(directory.path, () => undefined);
    const lost = () => world.said.filter(({ type }) => type === "file.cut");
    writeFileSync(world.log, [0, 1].map(lineOf).join(""));
    await world.poll();
    appendFileSync(world.log, [2, 3].map(lineOf).join(""));
    world.follower.refresh();
    const copy = readFileSync(world.log);
    truncateSync(world.log);
    world.follower.refresh();
    await world.follower.unpack(1000);
    expect(lost()).toEqual([]);
    if (ends === "compressed") writeFileSync(`${world.log}.1.gz`, gzipSync(copy));
    if (ends !== "closed") for (let turn = 0; turn <= looksForCopy; turn++) await world.poll();
    world.follower.close();
    expect(lost().length).toBe(ends === "compressed" ? 0 : 1);
    expect(world.taken).toEqual(ends === "compressed" ? [0, 1, 2, 3] : [0, 1]);
    rmSync(`${world.log}.1.gz`, { force: true });
  }
});

test("a copy of a log that grew since it was looked at is not read beside it", async () => {
  using directory = temporaryDirectory();
  const world = setUp(
    directory.path,
    () => undefined,
    (file) => {
      // After the look at the log, before that at its copy.
      if (file !== world.log || world.taken.length > 0) return;
      appendFileSync(world.log, [2, 3].map(lineOf).join(""));
      copyFileSync(world.log, `${world.log}.1`);
    },
  );
  writeFileSync(world.log, [0, 1].map(lineOf).join(""));
  writeFileSync(`${world.log}.1`, "");
  for (let turn = 0; turn < 4; turn++) await world.poll();
  expect(world.taken).toEqual([0, 1, 2, 3]);
  world.follower.close();
});

test("what was found in a copy before its log was seen to be cut is not said to be lost", () => {
  const said: EngineEvent[] = [];
  const losses = openLosses("rows", (event) => said.push(event));
  const place = (offset: number) => ({ offset, print: { headBytes: 1, headHash: "a", tailHash: "b" } });
  losses.found(place(10));
  losses.note(place(10), { type: "file.cut", file: "/x.jsonl", unreadBytes: 5 });
  losses.note(place(20), { type: "file.cut", file: "/x.jsonl", unreadBytes: 6 });
  losses.sayAll();
  expect(said).toEqual([{ type: "file.cut", file: "/x.jsonl", unreadBytes: 6, sink: "rows" }]);
});
