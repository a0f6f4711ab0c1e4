import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openConfig } from "../../src/engine/config.ts";
import { datasetActions } from "../../src/services/dataset.ts";
import { openStack } from "../../src/services/stack.ts";
import { clustersByHand, linkedByHand } from "../engine/learning/near-brute.ts";
import { plantedLessons, shuffled } from "../engine/learning/near-planted.ts";
import { startPostgres } from "../engine/stores/postgres.ts";
import { temporaryDirectory } from "../engine/telemetry/writing.ts";
import { needs } from "../parts.ts";
import { batch, cursor, lesson } from "./batches.ts";
import { emptyHome } from "./store.ts";

const missing = needs("postgres").missing;
const server = missing ? null : await startPostgres();
const directory = temporaryDirectory();
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});
const { signal } = new AbortController();

test.skipIf(missing)(
  "on a server the same of near-duplicates is kept, before the rows came and after some were withdrawn",
  async () => {
    if (server === null) throw new Error("there is no server");
    for (let seed = 61; seed <= 64; seed++) {
      const lessons = shuffled(plantedLessons(seed, 140), seed);
      const gone = new Set(lessons.filter((_, index) => index % 5 === 0).map(({ id }) => id));
      const home = emptyHome(directory.path, `near${seed}`);
      mkdirSync(join(home, "secrets"));
      writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
      await using stack = openStack(openConfig({ home, set: server.settings(`near${seed}`) }), () => undefined);
      const store = await stack.openStore();
      for (let from = 0; from < lessons.length; from += 35) {
        const sink = await store.openNeighbours({ emit: () => undefined, signal });
        await sink.load({ signal });
        await sink.take(batch(lessons.slice(from, from + 35), [cursor(from + 1)]), { signal });
      }
      expect([...(await store.duplicateClusters())].toSorted()).toEqual([...clustersByHand(lessons)].toSorted());
      const sink = await store.openNeighbours({ emit: () => undefined, signal });
      await sink.take(batch([], [cursor(900)], { withdrawn: [...gone] }), { signal });
      const left = lessons.filter(({ id }) => !gone.has(id));
      const wanted = clustersByHand(left);
      expect([...(await store.duplicateClusters())].toSorted()).toEqual([...wanted].toSorted());
      expect(await store.counts()).toMatchObject({ measured: left.length, nearDuplicates: wanted.size });
      expect((await store.datasetCounts()).nearDuplicates).toBe(wanted.size);
      const keys = await store.splitKeys();
      const apart = left.flatMap((one, index) =>
        left.slice(index + 1).filter((other) => {
          return linkedByHand(one, other) && (keys.get(one.id) ?? one.id) !== (keys.get(other.id) ?? other.id);
        }),
      );
      expect(apart).toEqual([]);
    }
  },
);

test("near-duplicates are listed with what is kept for them, of one lesson both sides are shown, and conflicts are named", async () => {
  await using stack = openStack(openConfig({ home: emptyHome(directory.path, "listed") }), () => undefined);
  const store = await stack.openStore();
  const words = Array.from({ length: 40 }, (_, at) => `${"abcdefghij"[at % 10]}${"klmno"[Math.floor(at / 10)]}x`).join(
    " ",
  );
  const [kept, near, other] = [
    lesson(`please explain ${words}`, { response: "as it was asked, in a few words" }),
    lesson(`please explain ${words} again`, { response: "as it was asked, in a few words" }),
    lesson(`please explain ${words}`, { response: "no" }),
  ];
  const rows = await store.openRows({ rejectedKept: 1, propose: () => new Map(), emit: () => undefined, signal });
  const sink = await store.openNeighbours({ emit: () => undefined, signal });
  for (const one of [rows, sink]) await one.take(batch([kept, near, other], [cursor(9)]), { signal });
  const action = datasetActions.find(({ name }) => name === "dataset duplicates");
  const run = (id: string | null) => {
    const given = { text: () => id, number: () => 100, flag: () => false, list: () => [] };
    return action?.run(stack, given, { signal });
  };
  const clusters = await store.duplicateClusters();
  const [[member, found] = ["", { kept: "", similarity: 0 }]] = clusters;
  expect(new Set([member, found.kept])).toEqual(new Set([kept.id, near.id]));
  expect(await run(null)).toMatchObject({
    nearDuplicates: 1,
    clusters: 1,
    duplicates: [{ kept: found.kept, member, similarity: found.similarity }],
  });
  expect(await run(member.slice(0, 8))).toMatchObject({
    lesson: member,
    isKept: false,
    pairs: [{ similarity: found.similarity, kept: { id: found.kept }, member: { id: member } }],
  });
});
