import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openEmbedder } from "../../src/engine/learning/embed.ts";
import type { Lesson } from "../../src/engine/learning/lesson.ts";
import { lessonPair } from "../../src/engine/learning/lesson-forms.ts";
import type { Store } from "../../src/engine/stores/store.ts";
import type { Batch } from "../../src/engine/telemetry/batch.ts";
import type { EmitAll } from "../../src/services/stack.ts";
import { batch, cursor, lesson, negative } from "./batches.ts";
import { idsIn, type Opened, openPlaces, type Place, rowsOf } from "./opened.ts";
import { plannedBatches, plannedEnd } from "./planned.ts";

const { signal } = new AbortController();

function datasetIds(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => String(JSON.parse(line).metadata.lesson_id));
}

/** The names that each sink has kept, sorted. */
async function kept({ store, stack }: Opened): Promise<Record<string, readonly string[]>> {
  return {
    lessons: await idsIn(store, "lessons"),
    vectors: await idsIn(store, "vectors"),
    neighbours: await idsIn(store, "neighbours"),
    pairs: await idsIn(store, "pairs"),
    dataset: datasetIds(stack.datasetFile).toSorted(),
  };
}

function everywhere(lessons: readonly { readonly id: string }[]): Record<string, readonly string[]> {
  const ids = lessons.map(({ id }) => id).toSorted();
  return { lessons: ids, vectors: ids, neighbours: ids, pairs: ids, dataset: ids };
}

async function takeAll({ sinks }: Opened, one: Batch): Promise<void> {
  for (const sink of sinks) await sink.take(one, { signal });
}

/** Fails unless each event of every source was counted as one thing. */
async function expectCounted(store: Store): Promise<void> {
  for (const [source, { events, lessons, duplicates, rejected }] of Object.entries(await store.tallies())) {
    const sum = lessons + duplicates + Object.values(rejected).reduce((all, count) => all + count, 0);
    expect([source, sum]).toEqual([source, events]);
  }
}

const [sort, count, merge] = ["sort", "count", "merge"].map((what) => lesson(`please ${what} the list of names`));
const known = [sort, count, merge].filter((one) => one !== undefined);
const others = known.slice(1);
const rejectedSort = negative("please sort the list of names");

/** What every store promises of lessons that are withdrawn. */
export function withdrawalContract(name: string, makePlace: () => Place): void {
  const { openAll } = openPlaces();

  describe(`a store that is ${name}, of what is withdrawn`, () => {
    test.each<[string, (opened: Opened) => Promise<void>]>([
      [
        "after it was taken",
        async (opened) => {
          await takeAll(opened, batch(known, [cursor(50)]));
          await takeAll(opened, batch([], [cursor(60)], { negatives: [rejectedSort] }));
        },
      ],
      ["in the same batch", (opened) => takeAll(opened, batch(known, [cursor(60)], { negatives: [rejectedSort] }))],
      [
        "before it is taken",
        async (opened) => {
          await takeAll(opened, batch(others, [cursor(50)], { negatives: [rejectedSort] }));
          await takeAll(opened, batch(known.slice(0, 1), [cursor(60)]));
        },
      ],
      [
        "by one sink before another takes it",
        async (opened) => {
          const [first, second] = [
            batch(known, [cursor(50)]),
            batch([], [cursor(60)], { withdrawn: [rejectedSort.id], negatives: [rejectedSort] }),
          ];
          await opened.sink("vectors").take(first, { signal });
          await opened.sink("vectors").take(second, { signal });
          for (const sink of ["rows", "dataset", "neighbours"]) {
            await opened.sink(sink).take(first, { signal });
            await opened.sink(sink).take(second, { signal });
          }
        },
      ],
    ])("leaves nothing of a lesson that is withdrawn %s, once or twice", async (_when, learn) => {
      const opened = await openAll(makePlace());
      for (let round = 0; round < 2; round++) {
        await learn(opened);
        expect(await kept(opened)).toEqual(everywhere(others));
        expect(await idsIn(opened.store, "withdrawn")).toEqual([rejectedSort.id]);
        expect(await opened.store.withdrawn(known.map(({ id }) => id))).toEqual(new Set([rejectedSort.id]));
        expect(await opened.store.counts()).toMatchObject({
          ...{ lessons: 2, vectors: 2, measured: 2, pairs: 2, negatives: 1 },
        });
        expect(await opened.store.datasetCounts()).toMatchObject({ lessons: 2, valued: 2 });
        expect((await opened.store.listLessons(9, null)).map(({ id }) => id).toSorted()).toEqual(
          others.map(({ id }) => id).toSorted(),
        );
        await expectCounted(opened.store);
      }
      opened.close();
    });

    test("counts what it adds and what it removes by themselves, and not what it removed already", async () => {
      const { sink, close } = await openAll(makePlace());
      const gone = { withdrawn: [merge?.id ?? ""] };
      const steps: [Batch, { fresh: number; removed: number }][] = [
        [batch(others, [cursor(50)]), { fresh: 2, removed: 0 }],
        [batch(known.slice(0, 1), [cursor(60)], gone), { fresh: 1, removed: 1 }],
        [batch([], [cursor(70)], gone), { fresh: 0, removed: 0 }],
        [batch(known.slice(2), [cursor(80)]), { fresh: 0, removed: 0 }],
      ];
      for (const [one, counts] of steps) {
        for (const name of ["rows", "dataset", "vectors", "neighbours"])
          expect([name, await sink(name).take(one, { signal })]).toMatchObject([name, counts]);
      }
      close();
    });

    test("makes vectors anew without what some sink has heard of as withdrawn", async () => {
      const { store, sink, close } = await openAll(makePlace());
      await sink("rows").take(batch(known, [cursor(50)]), { signal });
      await sink("vectors").take(batch(known, [cursor(50)]), { signal });
      await store.noteWithdrawn([sort?.id ?? ""]);
      expect(await idsIn(store, "vectors")).toEqual(everywhere(others).vectors);
      await store.openVectors(openEmbedder(null), { rebuild: true, emit: () => undefined, signal });
      expect(await idsIn(store, "vectors")).toEqual(everywhere(others).vectors);
      close();
    });

    test("keeps rejected work once, in the order it was rejected, whatever its words, with the better answer", async () => {
      const { store, sink, close } = await openAll(makePlace());
      const odd = negative("nul \0 sign \ue000 and \ue0001, a 👩‍💻 \u202e word", {
        file: "/logs/\ue000\0'\".jsonl",
        response: 'it\'s \\ "\0" NULL done',
      });
      const rejected = [odd, negative("please count the words in it"), negative("please merge the files of it")];
      const better = "the \0 better \ue000 answer";
      await sink("rows").take(batch([], [cursor(50)], { negatives: [odd, odd, ...rejected.slice(1, 2)] }), { signal });
      const last = batch([], [cursor(60)], {
        negatives: rejected,
        chosen: [{ negatives: [odd.id, sort?.id ?? "", rejected[2]?.id ?? ""], response: better }],
      });
      for (let round = 0; round < 2; round++) {
        await sink("rows").take(last, { signal });
        const found = await store.negatives(0, 10);
        expect(found.map(({ seq, ...one }) => one)).toEqual([
          { ...rejected[0], chosen: better },
          rejected[1],
          { ...rejected[2], chosen: better },
        ]);
        const [first, second] = found;
        expect(await store.negatives(first?.seq ?? 0, 1)).toEqual([second]);
        expect(await store.negatives(found.at(-1)?.seq ?? 0, 10)).toEqual([]);
      }
      close();
      expect(await store.counts()).toMatchObject({ negatives: 3 });
      await expectCounted(store);
    });

    test("does not find a withdrawn lesson by its words, and finds one that comes in its place", async () => {
      const { store, sink, close } = await openAll(makePlace());
      const many = Array.from({ length: 2100 }, (_, index) => lesson(`please sort the heap called number${index}`));
      const found = async (words: string) => (await store.listLessons(9, words)).map(({ prompt }) => prompt);
      await sink("rows").take(batch(many, [cursor(50)]), { signal });
      const newest = many.at(-1);
      expect(await found("number2099")).toEqual([newest?.prompt]);
      const next = lesson("please paint the fence called number2100");
      await sink("rows").take(batch([next], [cursor(60)], { withdrawn: [newest?.id ?? "", many[7]?.id ?? ""] }), {
        signal,
      });
      expect([await found("number2099"), await found("number7"), await found("fence")]).toEqual([
        [],
        [],
        [next.prompt],
      ]);
      await sink("rows").take(batch([], [cursor(70)], { withdrawn: [next.id] }), { signal });
      const later = Array.from({ length: 2100 }, (_, index) => lesson(`please mend the wall called brick${index}`));
      await sink("rows").take(batch(later, [cursor(80)]), { signal });
      expect([
        await found("fence"),
        await found("brick0"),
        await found("brick2099"),
        await found("number2098"),
      ]).toEqual([[], [later[0]?.prompt], [later.at(-1)?.prompt], [many[2098]?.prompt]]);
      expect(await store.counts()).toMatchObject({ lessons: 2098 + 2100 });
      close();
    });

    test("gives back as not near to anything what was near to a withdrawn lesson, also when its number is given again", async () => {
      const place = makePlace();
      const { store, sink, stack, close } = await openAll(place);
      const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
      const near = ["first", "second", "third"].map((more) => lesson(`${words} ${more}`));
      const take = (lessons: readonly Lesson[], more: Partial<Batch> = {}) =>
        sink("neighbours").take(batch(lessons, [cursor(50)], more), { signal });
      await take(near.slice(0, 2));
      expect([...(await store.duplicateClusters()).values()].map(({ kept }) => kept)).toHaveLength(1);
      await take([], { withdrawn: [near[0]?.id ?? ""] });
      expect([...(await store.duplicateClusters())]).toEqual([]);
      const far = lesson("something else that is not like it at all");
      await take([far], { withdrawn: [near[1]?.id ?? ""] });
      await take(near.slice(2));
      expect([...(await store.duplicateClusters())]).toEqual([]);
      const bands = new Set((await rowsOf(store, "bands")).map(({ key }) => key));
      expect(bands).toEqual(new Set((await rowsOf(store, "neighbours")).map(({ key }) => key)));
      close();
      await stack[Symbol.asyncDispose]();
      const again = await openAll(place);
      const fourth = lesson(`${words} fourth`);
      await again.sink("neighbours").take(batch([fourth], [cursor(60)]), { signal });
      expect([...(await again.store.duplicateClusters()).keys()]).toHaveLength(1);
      again.close();
    });

    test("ends with what was taught less what was withdrawn, however its sinks come to hear of it", async () => {
      const opened = await openAll(makePlace());
      const { store, sinks } = opened;
      const index = fc.nat({ max: 6 });
      const batches = fc.array(
        fc.record({
          lessons: fc.array(index, { maxLength: 4 }),
          withdrawn: fc.array(index, { maxLength: 2 }),
          negatives: fc.array(index, { maxLength: 1 }),
          chosen: fc.array(index, { maxLength: 1 }),
        }),
        { minLength: 1, maxLength: 5 },
      );
      const turns = fc.array(fc.record({ sink: fc.nat({ max: 3 }), twice: fc.boolean() }), { maxLength: 20 });
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(batches, turns, async (given, order) => {
          const file = `/logs/run${runs++}.jsonl`;
          const shared = Array.from({ length: 40 }, (_, place) => `r${runs}w${place}`).join(" ");
          const pool = Array.from({ length: 7 }, (_, number) => {
            const prompt = `please do work r${runs}x${number} ${number < 4 ? shared : ""}`;
            return { lesson: lesson(prompt, { file }), negative: negative(prompt, { file }) };
          });
          const at = (number: number) => pool[number] ?? { lesson: lesson(""), negative: negative("") };
          const made = given.map(({ lessons, withdrawn, negatives, chosen }, number) =>
            batch(
              lessons.map((one) => at(one).lesson),
              [cursor(number + 1, file, `1:${runs}`)],
              {
                withdrawn: withdrawn.map((one) => at(one).lesson.id),
                negatives: negatives.map((one) => at(one).negative),
                chosen: chosen.map((one) => ({ negatives: [at(one).lesson.id], response: `better ${number}` })),
              },
            ),
          );
          const next = sinks.map(() => 0);
          const deliver = async (which: number, times: number) => {
            const one = made[next[which] ?? 0];
            for (let time = 0; one && time < times; time++) await sinks[which]?.take(one, { signal });
            next[which] = (next[which] ?? 0) + 1;
          };
          for (const { sink, twice } of order) await deliver(sink, twice ? 2 : 1);
          for (const which of sinks.keys()) while ((next[which] ?? 0) < made.length) await deliver(which, 1);

          const gone = new Set(given.flatMap(({ withdrawn, negatives }) => [...withdrawn, ...negatives]));
          const taught = [...new Set(given.flatMap(({ lessons }) => lessons))].filter((one) => !gone.has(one));
          const ids = new Set(pool.map((one) => one.lesson.id));
          const all = await kept(opened);
          const own = Object.entries(all).map(([where, some]) => [where, some.filter((id) => ids.has(id))]);
          expect(Object.fromEntries(own)).toEqual(everywhere(taught.map((one) => at(one).lesson)));
          const rejected = new Map<number, string>();
          given.forEach(({ negatives, chosen }, number) => {
            for (const one of negatives) rejected.set(one, rejected.get(one) ?? "");
            for (const one of chosen) if (rejected.has(one)) rejected.set(one, `better ${number}`);
          });
          const negatives = (await store.negatives(0, 10_000)).filter(({ id }) => ids.has(id));
          expect(negatives.map(({ seq, ...one }) => one)).toEqual(
            [...rejected].map(([one, chosen]) => ({ ...at(one).negative, chosen })),
          );
          for (const { nearest, similarity } of await rowsOf(store, "neighbours")) {
            if (nearest === null) expect(similarity).toBe(0);
            else expect(all.neighbours).toContain(nearest);
          }
          for (const [number] of pool.entries()) {
            const found = (await store.listLessons(9, `r${runs}x${number}`)).map(({ id }) => id);
            expect(found).toEqual(taught.includes(number) ? [at(number).lesson.id] : []);
          }
          await expectCounted(store);
        }),
        { numRuns: 25, endOnFailure: true },
      );
      opened.close();
    });

    test("takes withdrawn pairs out of the dataset byte by byte, and leaves every other line and a link as they are", async () => {
      const place = makePlace();
      const { store, close } = await openAll(place);
      close();
      const directory = join(place.home, "elsewhere");
      mkdirSync(directory);
      const file = join(directory, "link.jsonl");
      const target = join(directory, "target.jsonl");
      symlinkSync("target.jsonl", file);
      // As a crash leaves it in the middle of writing.
      writeFileSync(target, "");
      writeFileSync(`${target}.tmp`, "half a line");
      const dataset = await store.openPairs(file, { emit: () => undefined, signal });
      await dataset.load({ signal });
      expect(readdirSync(directory).toSorted()).toEqual(["link.jsonl", "target.jsonl"]);
      const foreign = [
        Buffer.from('\ufeff{"byte": "order mark"}\r\n'),
        Buffer.from([0xff, 0xfe, 0, 0x22, 0x0d, 0x0a]),
        Buffer.from("\n\n  \n"),
        Buffer.from(`{"metadata": "${sort?.id}", "line": "\u2028"}\n`),
        Buffer.from(`${"x".repeat(300_000)}\n`),
      ];
      const [one, two, three] = known.map((each) => Buffer.from(lessonPair(each)));
      await dataset.take(batch(known.slice(0, 1), [cursor(10)]), { signal });
      appendFileSync(target, Buffer.concat(foreign));
      await dataset.take(batch(known.slice(1), [cursor(20)]), { signal });
      const pairs = [one, two, three].filter((pair) => pair !== undefined);
      expect(readFileSync(target)).toEqual(Buffer.concat([...pairs.slice(0, 1), ...foreign, ...pairs.slice(1)]));
      await dataset.take(batch([], [cursor(30)], { withdrawn: [sort?.id ?? "", count?.id ?? ""] }), { signal });
      expect(readFileSync(target)).toEqual(Buffer.concat([...foreign, ...pairs.slice(2)]));
      expect(lstatSync(file).isSymbolicLink()).toBe(true);
      expect(readdirSync(directory).toSorted()).toEqual(["link.jsonl", "target.jsonl"]);
      const later = lesson("please paint the list of names");
      await dataset.take(batch([later], [cursor(40)]), { signal });
      expect(readFileSync(file)).toEqual(
        Buffer.concat([...foreign, ...pairs.slice(2), Buffer.from(lessonPair(later))]),
      );
      dataset.close();
    });

    test.each([
      ["the dataset was written and that was noted", "withdrawn", "id", "", 2],
      ["pairs were removed and that the others were added", "cursors", "body", "forbidden", 0],
    ])("heals when it fails between the time %s", async (_when, table, column, word, restoredPairs) => {
      const place = makePlace();
      const first = await openAll(place);
      await takeAll(first, batch(known, [cursor(50)]));
      place.forbid(table, column, word);
      const next = lesson("please paint the list of names");
      const more = { withdrawn: [sort?.id ?? ""], negatives: [negative("please count the list of names")] };
      const lost = batch([next], [cursor(60, "/logs/forbidden.jsonl")], more);
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(first.sink("dataset").take(lost, { signal })).rejects.toMatchObject({ code: "refused" });
        expect(datasetIds(first.stack.datasetFile).slice(0, 1)).toEqual([merge?.id]);
      }
      first.close();
      await first.stack[Symbol.asyncDispose]();
      place.allow(table);
      // Where it was not noted, the rows have the lessons still, and they come back until they are withdrawn again.
      const said: Parameters<EmitAll>[0][] = [];
      const second = await openAll(place, said);
      await second.sink("dataset").load({ signal });
      expect(said).toMatchObject([{ type: "dataset.repaired", restoredPairs }]);
      const left = [merge, next].filter((one) => one !== undefined);
      for (let round = 0; round < 2; round++) {
        await takeAll(second, batch([next], [cursor(60)], more));
        expect(await kept(second)).toEqual(everywhere(left));
      }
      second.close();
      await second.stack[Symbol.asyncDispose]();
      const third = await openAll(place, said);
      await third.sink("dataset").load({ signal });
      expect(said).toHaveLength(1);
      third.close();
    });

    test("killed again and again while it withdraws, it ends with what was taught less what was withdrawn", async () => {
      const place = makePlace();
      const script = join(import.meta.dirname, "writers/withdraw.ts");
      const seed = 11;
      const rounds = 60;
      let kills = 0;
      for (let atMs = 20; ; atMs += 40) {
        const child = spawn(process.execPath, [script, place.home, String(seed), String(rounds), ...place.settings], {
          stdio: ["ignore", "pipe", "pipe"],
        });
        let complaint = "";
        child.stderr.on("data", (text) => {
          complaint += text;
        });
        // From its first word on, so that every kill comes while it takes.
        child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), atMs).unref());
        const code = await new Promise<number | null>((done) => child.on("close", done));
        if (code === 0) break;
        expect(code, complaint).toBe(null);
        kills++;
      }
      expect(kills).toBeGreaterThan(2);
      const opened = await openAll(place);
      await opened.sink("dataset").load({ signal });
      const { left, rejected } = plannedEnd(plannedBatches(seed, rounds));
      expect(await kept(opened)).toEqual(everywhere(left));
      expect((await opened.store.negatives(0, 10_000)).map(({ id }) => id)).toEqual(rejected);
      await expectCounted(opened.store);
      expect(existsSync(`${opened.stack.datasetFile}.tmp`)).toBe(false);
      opened.close();
    });

    test("shows whoever reads the dataset meanwhile a whole one, the former or the next", async () => {
      const { sink, stack, close } = await openAll(makePlace());
      await sink("dataset").load({ signal });
      const pairs = Array.from({ length: 12 }, (_, index) => lesson(`please sort the list called number${index}`));
      await sink("dataset").take(batch(pairs, [cursor(1)]), { signal });
      const rest = `${JSON.stringify({ other: "x".repeat(1000) })}\n`.repeat(2000).concat('{"last": true}\n');
      appendFileSync(stack.datasetFile, rest);
      let reads = 0;
      const over = new AbortController();
      const reading = (async () => {
        while (!over.signal.aborted) {
          const text = await readFile(stack.datasetFile, "utf8");
          reads++;
          expect(text.slice(-rest.length) === rest, "the end of the file").toBe(true);
          for (const line of text.slice(0, -rest.length).split("\n").slice(0, -1)) JSON.parse(line);
        }
      })();
      const withdrawing = (async () => {
        for (const [index, { id }] of pairs.entries()) {
          await sink("dataset").take(batch([], [cursor(2 + index)], { withdrawn: [id] }), { signal });
        }
      })().finally(() => over.abort());
      await Promise.all([reading, withdrawing]);
      expect(reads).toBeGreaterThan(2);
      expect(readFileSync(stack.datasetFile, "utf8")).toBe(rest);
      close();
    });
  });
}
