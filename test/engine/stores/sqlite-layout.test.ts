import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openBandMemory } from "../../../src/engine/learning/band-memory.ts";
import { bytesOfNumbers } from "../../../src/engine/learning/nearest.ts";
import { bandKeys } from "../../../src/engine/learning/similar.ts";
import { type Embedded, openEmbedded } from "../../../src/engine/stores/sqlite.ts";
import { type Bands, openBands } from "../../../src/engine/stores/sqlite-bands.ts";
import { openEmbeddedStore } from "../../../src/engine/stores/sqlite-store.ts";
import { batch, cursor, lesson } from "../../contract/batches.ts";
import { temporaryDirectory } from "../telemetry/writing.ts";

const { signal } = new AbortController();

test("words of a lesson are found at once, whether it waits for the index or is in it, also by a program that only looks", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "aistack.db");
  const store = openEmbeddedStore(file);
  const rows = await store.openRows({ rejectedKept: 1, propose: () => new Map(), emit: () => undefined, signal });
  const take = (from: number, to: number) =>
    rows.take(
      batch(
        Array.from({ length: to - from }, (_, index) => lesson(`please mark the place n${from + index} on the map`)),
        [cursor(from + 1)],
      ),
      { signal },
    );
  const found = async (words: string) => {
    const looking = openEmbeddedStore(file, { readOnly: true });
    const seen = (await looking.listLessons(5000, words)).map(({ prompt }) => / (n\d+) /.exec(prompt)?.[1]);
    await looking.close();
    return seen;
  };
  await take(0, 3);
  expect(await found("n2 place")).toEqual(["n2"]);
  const database = openEmbedded(file, { readOnly: true });
  const indexed = () => database.get("SELECT value FROM facts WHERE name = 'text.indexed'")?.value;
  expect(indexed()).toBe(undefined);
  await take(3, 2100);
  expect(indexed()).toBe("2100");
  await take(2100, 2105);
  expect(indexed()).toBe("2100");
  database.close();
  for (const name of ["n0", "n2", "n3", "n2099", "n2100", "n2104"]) expect(await found(name)).toEqual([name]);
  const all = await found("mark map");
  expect(all).toHaveLength(2105);
  expect(new Set(all).size).toBe(2105);
  await store.close();
});

test("the memory of bands gives the newest lessons that share one, as a search through all of them does", () => {
  const band = fc.integer({ min: 0, max: 40 }).map((one) => one * 2 ** 40 + (one % 7) * 131_072);
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(band, { minLength: 1, maxLength: 8 }), { maxLength: 60 }),
      fc.uniqueArray(band),
      (lessons, asked) => {
        const memory = openBandMemory();
        for (const [index, bands] of lessons.entries()) memory.add(index + 1, bands);
        const sharing = lessons.flatMap((bands, index) =>
          bands.filter((one) => asked.includes(one)).map(() => index + 1),
        );
        expect(memory.find(asked, 5)).toEqual(sharing.reverse().slice(0, 5));
        expect(memory.lessons()).toBe(lessons.length);
        const all = lessons.flatMap((bands, index) => bands.map((one) => ({ band: one, key: index + 1 })));
        expect(memory.all()).toEqual(all.sort((a, b) => a.band - b.band || a.key - b.key));
      },
    ),
  );
});

test("a lesson's neighbours are found whether their bands are in memory, in the table, were undone, or are another program's", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "aistack.db");
  const store = openEmbedded(file);
  const binsOf = (key: number) => new Uint32Array(64).fill(key);
  const bandsOf = (key: number) => bandKeys(binsOf(key));
  const bands = openBands(store, 4);
  const add = (one: Embedded, key: number) =>
    one.add(
      "INSERT INTO neighbours (id, signature, nearest, similarity, value) VALUES (?, ?, NULL, 0, 0)",
      key,
      bytesOfNumbers(binsOf(key)),
    );
  const place = (key: number) => {
    bands.meet();
    bands.add(add(store, key), bandsOf(key));
  };
  const found = (one: Bands) => [1, 4, 5, 6, 7].flatMap((key) => one.find(bandsOf(key)));
  for (let key = 1; key <= 6; key++) await store.commit(() => place(key));
  expect(store.get("SELECT count(*) AS n FROM bands")?.n).toBe(32);
  expect(found(bands)).toEqual([1, 4, 5, 6]);
  const undone = store.commit(() => {
    place(7);
    throw new Error("no");
  });
  await expect(undone).rejects.toMatchObject({ code: "failed" });
  await store.commit(() => bands.meet());
  expect(found(bands)).toEqual([1, 4, 5, 6]);
  const other = openEmbedded(file);
  await other.commit(() => add(other, 7));
  other.close();
  const later = openBands(store);
  await store.commit(() => {
    bands.meet();
    later.meet();
  });
  for (const one of [bands, later]) expect(found(one)).toEqual([1, 4, 5, 6, 7]);
  store.close();
});
