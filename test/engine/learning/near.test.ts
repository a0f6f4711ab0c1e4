import { join } from "node:path";
import { expect, test } from "vitest";
import type { Lesson } from "../../../src/engine/learning/lesson.ts";
import { openEmbeddedStore } from "../../../src/engine/stores/sqlite-store.ts";
import type { Store } from "../../../src/engine/stores/store.ts";
import { batch, cursor, lesson } from "../../contract/batches.ts";
import { temporaryDirectory } from "../telemetry/writing.ts";
import { clustersByHand, linkedByHand, sharedBy } from "./near-brute.ts";
import { plantedLessons, randomOf, shuffled } from "./near-planted.ts";

const { signal } = new AbortController();

async function neighboursOf(store: Store) {
  const sink = await store.openNeighbours({ emit: () => undefined, signal });
  await sink.load({ signal });
  return sink;
}

async function learn(store: Store, lessons: readonly Lesson[], atOnce = lessons.length) {
  const sink = await neighboursOf(store);
  for (let from = 0; from < lessons.length; from += atOnce) {
    await sink.take(batch(lessons.slice(from, from + atOnce), [cursor(from + 1)]), { signal });
  }
}

/** Opens a store in a file of its own. */
function openStore(directory: string, name: string): Store {
  return openEmbeddedStore(join(directory, `${name}.db`));
}

test("of near-duplicates the same one is kept as a look at all pairs says, in any order, batch size and after restarts", async () => {
  using directory = temporaryDirectory();
  let near = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const lessons = plantedLessons(seed, 150);
    const wanted = clustersByHand(lessons);
    near += wanted.size;
    for (const [turn, atOnce] of [1000, 37, 1].entries()) {
      const name = `${seed}-${turn}`;
      const order = shuffled(lessons, seed * 10 + turn);
      for (let from = 0; from < order.length; from += 75) {
        const store = openStore(directory.path, name);
        await learn(store, order.slice(from, from + 75), atOnce);
        await store.close();
      }
      const store = openStore(directory.path, name);
      const found = await store.duplicateClusters();
      expect([seed, turn, ...[...found].toSorted()]).toEqual([seed, turn, ...[...wanted].toSorted()]);
      expect((await store.counts()).nearDuplicates).toBe(wanted.size);
      await store.close();
    }
  }
  expect(near).toBeGreaterThan(150);
});

test("a withdrawn lesson leaves the clusters as if it had never been there", async () => {
  using directory = temporaryDirectory();
  for (let seed = 21; seed <= 25; seed++) {
    const lessons = plantedLessons(seed, 150);
    const random = randomOf(seed);
    const withdrawn = new Set(lessons.filter(() => random(4) === 0).map(({ id }) => id));
    const store = openStore(directory.path, `${seed}`);
    const sink = await neighboursOf(store);
    for (let from = 0; from < lessons.length; from += 30) {
      const some = lessons.slice(from, from + 30);
      const gone = lessons.slice(0, from + 15).filter(({ id }) => withdrawn.has(id) && random(2) === 0);
      await sink.take(batch(some, [cursor(from + 1)], { withdrawn: gone.map(({ id }) => id) }), { signal });
    }
    await sink.take(batch([], [cursor(500)], { withdrawn: [...withdrawn] }), { signal });
    const left = lessons.filter(({ id }) => !withdrawn.has(id));
    expect([...(await store.duplicateClusters())].toSorted()).toEqual([...clustersByHand(left)].toSorted());
    expect(await store.counts()).toMatchObject({ measured: left.length, nearDuplicates: clustersByHand(left).size });
    const keys = await store.splitKeys();
    for (const [index, one] of left.entries()) {
      for (const other of left.slice(index + 1)) {
        if (linkedByHand(one, other)) expect(keys.get(one.id)).toBe(keys.get(other.id));
      }
    }
    await store.close();
  }
});

test("no two lessons that share 0.8 are on different sides of a split", async () => {
  using directory = temporaryDirectory();
  for (let seed = 41; seed <= 46; seed++) {
    const lessons = plantedLessons(seed, 200);
    const store = openStore(directory.path, `${seed}`);
    await learn(store, shuffled(lessons, seed), 50);
    const keys = await store.splitKeys();
    const sideOf = ({ id }: Lesson) => keys.get(id) ?? id;
    let linked = 0;
    for (const [index, one] of lessons.entries()) {
      for (const other of lessons.slice(index + 1)) {
        if (!linkedByHand(one, other)) continue;
        linked++;
        expect(sideOf(one)).toBe(sideOf(other));
      }
    }
    expect(linked).toBeGreaterThan(10);
    // And nothing is put together that is not linked, over any number of links.
    const groups = Map.groupBy(lessons, sideOf);
    for (const group of groups.values()) {
      const reached = new Set(group.slice(0, 1));
      for (const one of reached) for (const other of group) if (linkedByHand(one, other)) reached.add(other);
      expect(reached.size).toBe(group.length);
    }
    await store.close();
  }
});

const filler =
  "please explain it in a few short steps so that a new colleague can follow along without help from others";

const more =
  "As always the tens are done before the ones, both are written below each other and added up at the end, which works for numbers of any length and needs nothing but a pencil, some paper, a quiet place, and the will to check the whole of it once more before anybody else sees what came out";

test("lessons that differ where a number is the answer are not near-duplicates", async () => {
  using directory = temporaryDirectory();
  const pairs = [
    [`What is 17 × 23? ${filler}`, `It is 391. ${more}`, `What is 17 × 24? ${filler}`, `It is 408. ${more}`],
    [`Which port is used? ${filler}`, `It is 8080. ${more}`, `Which port is it? ${filler}`, `It is 9090. ${more}`],
    [`Is python2 good enough? ${filler}`, more, `Is python3 good enough? ${filler}`, more],
    [`Is version 3.10 good enough? ${filler}`, more, `Is version 3.9.1 good enough? ${filler}`, more],
    [`What happened on 2026-01-02? ${filler}`, more, `What happened on 2026-02-01? ${filler}`, more],
    [
      `Is it safe to delete the cache? ${filler}`,
      `Yes. ${more}`,
      `Is it safe to delete a cache? ${filler}`,
      `No. ${more}`,
    ],
    [`كم يساوي ١٧ زائد ٢٣ ${filler}`, more, `كم يساوي ١٨ زائد ٢٣ ${filler}`, more],
  ];
  for (const [index, [a = "", b = "", c = "", d = ""]] of pairs.entries()) {
    const store = openStore(directory.path, `n${index}`);
    const [one, other] = [lesson(a, { response: b }), lesson(c, { response: d })];
    expect([index, sharedBy(one, other) >= 0.8]).toEqual([index, true]);
    await learn(store, [one, other]);
    expect([index, (await store.duplicateClusters()).size]).toEqual([index, 0]);
    await store.close();
  }
});

test("one prompt with conflicting answers is flagged, never merged; what is nearly the same answer is merged", async () => {
  using directory = temporaryDirectory();
  const store = openStore(directory.path, "conflicts");
  const prompt = `How do I list files by size? ${filler} ${filler}`;
  const long = `Use ls with the flag that sorts by size, ${filler}`;
  const [first, second, third, fourth] = [
    lesson(prompt, { response: "ls --sort=size" }),
    lesson(prompt, { response: "du, then sort" }),
    lesson(`${prompt.replace("?", " ?").toUpperCase()}`, { response: long }),
    lesson(prompt, { response: `${long} again` }),
  ];
  await learn(store, [first, second, third, fourth]);
  expect([...(await store.duplicateClusters()).keys()]).toHaveLength(1);
  const conflicts = await store.conflicts();
  expect(conflicts).toHaveLength(1);
  expect(conflicts[0]).toHaveLength(3);
  expect(conflicts[0]).toContain(first.id);
  expect(conflicts[0]).toContain(second.id);
  await store.close();
});

test("texts of under five shingles are near to the same words only", async () => {
  using directory = temporaryDirectory();
  const store = openStore(directory.path, "short");
  const lessons = [
    lesson("list all the files", { response: "ls" }),
    lesson("List all the files!", { response: "`ls`" }),
    lesson("list all of the files", { response: "ls" }),
    lesson("list all the files now", { response: "ls" }),
  ];
  await learn(store, lessons);
  expect([...(await store.duplicateClusters()).values()]).toEqual([{ kept: expect.any(String), similarity: 1 }]);
  await store.close();
});

test("in a chain only what is like the kept lesson itself is left out", async () => {
  using directory = temporaryDirectory();
  const store = openStore(directory.path, "chain");
  const words = Array.from({ length: 60 }, (_, at) => `${"abcdefghij"[at % 10]}${"klmnop"[Math.floor(at / 10)]}x`);
  const chain = [0, 3, 6, 9].map((from) => ({
    ...lesson("please say all of these words", { response: words.slice(from, from + 48).join(" ") }),
    timestamp: `2026-01-02T03:04:${10 + from}.000Z`,
  }));
  const [a, b, c, d] = chain;
  await learn(store, shuffled(chain, 3), 1);
  const clusters = await store.duplicateClusters();
  const merits = chain.map((one) => sharedBy(one, a ?? one));
  expect(merits.map((share) => share >= 0.8)).toEqual([true, true, false, false]);
  expect(clusters.get(b?.id ?? "")?.kept).toBe(a?.id);
  expect(clusters.has(c?.id ?? "")).toBe(false);
  expect(clusters.get(d?.id ?? "")?.kept).toBe(c?.id);
  expect(new Set((await store.splitKeys()).values()).size).toBe(1);
  await store.close();
});
