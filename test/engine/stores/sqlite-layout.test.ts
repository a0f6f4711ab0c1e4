import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EngineEvent } from "../../../src/engine/events.ts";
import { openBandMemory } from "../../../src/engine/learning/band-memory.ts";
import { enteredKeys } from "../../../src/engine/learning/near-index.ts";
import { placedLesson } from "../../../src/engine/learning/placed.ts";
import { type Embedded, openEmbedded } from "../../../src/engine/stores/sqlite.ts";
import { type Bands, openBands } from "../../../src/engine/stores/sqlite-bands.ts";
import { savePlaced } from "../../../src/engine/stores/sqlite-placed.ts";
import { openEmbeddedStore } from "../../../src/engine/stores/sqlite-store.ts";
import { batch, cursor, lesson } from "../../contract/batches.ts";
import { clustersByHand } from "../learning/near-brute.ts";
import { plantedLessons } from "../learning/near-planted.ts";
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

test("the memory of entries gives what is under a key, as a search through all of it does", () => {
  const band = fc.integer({ min: 0, max: 40 }).map((one) => one * 2 ** 20 + (one % 7) * 131_072);
  const deed = fc.record({ band, key: fc.integer({ min: 1, max: 9 }), tag: fc.nat(), isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), fc.uniqueArray(band), (deeds, asked) => {
      const memory = openBandMemory();
      let there: { band: number; key: number; tag: number }[] = [];
      for (const { isAdded, ...one } of deeds) {
        if (isAdded) memory.add(one.band, one);
        else memory.remove(one.band, one.key);
        if (isAdded) there.push(one);
        else there = there.filter(({ band, key }) => band !== one.band || key !== one.key);
      }
      for (const one of asked) {
        const found = there.filter((entry) => entry.band === one).map(({ key, tag }) => ({ key, tag }));
        expect(memory.find(one)).toEqual(found.reverse());
        expect(memory.has(one)).toBe(found.length > 0);
      }
      expect(memory.all()).toEqual(there.sort((a, b) => a.band - b.band || a.key - b.key));
    }),
  );
});

test("near lessons are found whether their entries are in memory, in the table, were undone, or are another program's", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "aistack.db");
  const store = openEmbedded(file);
  const placed = (key: number) => placedLesson(lesson(`please mark the place called ${"xyzuvwabc"[key]} now`), key);
  const bands = openBands(store, 100);
  const add = async (one: Embedded, known: Bands, key: number) => {
    await one.commit(() => {
      known.meet();
      savePlaced(one, placed(key));
      known.add(placed(key));
    });
    known.committed();
  };
  const found = (one: Bands) =>
    [1, 4, 5, 6, 7].filter((key) =>
      [...enteredKeys(placed(key))].every((band) => one.some(band, (there) => there === key)),
    );
  for (let key = 1; key <= 6; key++) await add(store, bands, key);
  expect(store.get("SELECT count(*) AS n FROM bands")?.n).toBe(4 * 25);
  expect(found(bands)).toEqual([1, 4, 5, 6]);
  const undone = store.commit(() => {
    bands.meet();
    savePlaced(store, placed(7));
    bands.add(placed(7));
    bands.remove(placed(1));
    bands.remove(placed(6));
    throw new Error("no");
  });
  await expect(undone).rejects.toMatchObject({ code: "failed" });
  await store.commit(() => bands.meet());
  expect(found(bands)).toEqual([1, 4, 5, 6]);
  const other = openEmbedded(file);
  await add(other, openBands(other), 7);
  other.close();
  const later = openBands(store);
  await store.commit(() => {
    bands.meet();
    later.meet();
  });
  for (const one of [bands, later]) expect(found(one)).toEqual([1, 4, 5, 6, 7]);
  store.close();
});

test("a store of an earlier version is measured anew from its lessons, once, and says so", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "aistack.db");
  const store = openEmbeddedStore(file);
  const lessons = plantedLessons(5, 700);
  const rows = await store.openRows({ rejectedKept: 1, propose: () => new Map(), emit: () => undefined, signal });
  await rows.take(batch(lessons, [cursor(9)]), { signal });
  await store.close();
  const database = new DatabaseSync(file);
  database.exec(`DROP TABLE neighbours; DROP TABLE bands; DROP TABLE withdrawn; DROP TABLE negatives; DROP TABLE aliases;
    CREATE TABLE neighbours (key INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, signature BLOB NOT NULL,
      nearest INTEGER, similarity REAL NOT NULL, value REAL NOT NULL) STRICT;
    CREATE TABLE bands (band INTEGER NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (band, key)) STRICT, WITHOUT ROWID;
    INSERT INTO neighbours SELECT seq, id, x'00', NULL, 0, 0.9 FROM lessons; PRAGMA user_version = 2;`);
  database.close();
  for (const turn of ["first", "second"]) {
    const said: EngineEvent[] = [];
    const again = openEmbeddedStore(file);
    const sink = await again.openNeighbours({ emit: (event) => void said.push(event), signal });
    await sink.load({ signal });
    expect(said).toEqual(turn === "first" ? [{ type: "neighbours.measured", lessons: lessons.length }] : []);
    expect(await again.counts()).toMatchObject({
      measured: lessons.length,
      nearDuplicates: clustersByHand(lessons).size,
    });
    await again.close();
  }
});
