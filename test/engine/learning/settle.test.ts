import { expect, test } from "vitest";
import { openBandMemory } from "../../../src/engine/learning/band-memory.ts";
import { alikeKeys, keysOf } from "../../../src/engine/learning/form.ts";
import { enteredKeys, tagOf } from "../../../src/engine/learning/near-index.ts";
import { isNew, type Placed, placedLesson } from "../../../src/engine/learning/placed.ts";
import { nothingKnown, type Settled, settle } from "../../../src/engine/learning/settle.ts";
import { lesson } from "../../contract/batches.ts";

// A store in memory that answers what is asked, and counts the lessons that it had to read.
function openCrowd() {
  const bands = openBandMemory();
  const rows = new Map<number, Placed>();
  let read = 0;
  const keysWhere = (column: "kept" | "nearest", id: string) =>
    [...rows.values()].filter((one) => one[column] === id).map(({ key }) => key);
  return {
    rows,
    take(fresh: readonly Placed[], gone: readonly Placed[]): { settled: Settled; read: number } {
      read = 0;
      for (const { key } of gone) rows.delete(key);
      const known = nothingKnown(bands);
      const work = settle({ fresh, improved: [], gone }, known);
      let step = work.next();
      for (; step.done !== true; step = work.next()) {
        for (const key of step.value.lessons) {
          const placed = rows.get(key);
          if (placed) known.lessons.set(key, { ...placed });
          read++;
        }
        for (const id of step.value.duplicatesOf) known.duplicatesOf.set(id, keysWhere("kept", id));
        for (const id of step.value.measuredBy) known.measuredBy.set(id, keysWhere("nearest", id));
      }
      const settled = step.value;
      for (const placed of settled.changed) rows.set(placed.key, placed);
      for (const { placed } of settled.removed) for (const band of keysOf(placed.form)) bands.remove(band, placed.key);
      for (const placed of settled.added) {
        const alike = isNew(placed) ? 0 : alikeKeys(placed.form);
        for (const [at, band] of enteredKeys(placed).entries()) {
          const isStood = (key: number, tag: number) =>
            key === placed.key || (at < alike && tag >> 1 === tagOf(placed) >> 1);
          if (!bands.some(band, isStood)) bands.add(band, { key: placed.key, tag: tagOf(placed) });
        }
      }
      return { settled, read };
    },
  };
}

const long = "and tell me in a few plain words what was done, where it was put and how it can be looked at by others";

test.each([
  ["short", 400, "please finish the piece of work called", "the work is finished"],
  [
    // Whether they share a key that nobody stands under now is seen by their words alone.
    "long",
    2000,
    `please finish the piece of work, ${long}, called`,
    `it is done and lies where all others can see it, ${long}`,
  ],
])(
  "what goes from a crowd of one %s template has few others looked at, and nothing is written anew for it",
  (_, mostRead, prompt, response) => {
    const crowd = openCrowd();
    const placed = (key: number) =>
      placedLesson(lesson(`${prompt} e${key} now`, { response: `${response} e${key}` }), key);
    for (let from = 1; from <= 2000; from += 100) {
      crowd.take(
        Array.from({ length: 100 }, (_, at) => placed(from + at)),
        [],
      );
    }
    const goes = (key: number) => {
      const gone = crowd.rows.get(key);
      if (!gone) throw new Error(`lesson ${key} is not there`);
      const { settled, read } = crowd.take([], [gone]);
      return { read, written: settled.added.length };
    };
    const each = Array.from({ length: 100 }, (_, at) => goes(1000 + at));
    expect(each.filter(({ written }) => written > 0)).toEqual([]);
    expect(each.filter(({ read }) => read > mostRead)).toEqual([]);
    expect(goes(1).written).toBeLessThan(50);
  },
);

test("one of a template stands in for the others as soon as the one that did is gone", () => {
  const crowd = openCrowd();
  const placed = (key: number, words: string) =>
    placedLesson(
      lesson(`please finish the piece of work, ${long}, ${words}`, { response: `it is done, ${long}` }),
      key,
    );
  crowd.take([placed(1, "called e1 now"), placed(2, "called e2 now"), placed(3, "called e3 now")], []);
  const first = crowd.rows.get(1);
  if (!first) throw new Error("lesson 1 is not there");
  expect(crowd.take([], [first]).settled.added.map(({ key }) => key)).toContain(2);
  crowd.take([placed(4, "called by another name")], []);
  expect(crowd.rows.get(4)?.nearest).not.toBeNull();
});
