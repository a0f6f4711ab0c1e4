import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openEngine } from "../../src/engine/engine.ts";
import { openEmbedder } from "../../src/engine/learning/embed.ts";
import { readRefusals } from "../../src/engine/refusals.ts";
import type { Sink, Store } from "../../src/engine/stores/store.ts";
import type { EmitAll } from "../../src/services/stack.ts";
import { taskLine } from "../faults/running.ts";
import { batch, cursor, lesson } from "./batches.ts";
import { openPlaces, type Place } from "./opened.ts";

/** What every store promises, tried on a fresh place per test. */
export function storeContract(name: string, makePlace: () => Place): void {
  const { signal } = new AbortController();
  const { stackOn, openAll } = openPlaces();
  const names = ["rows", "dataset", "vectors", "neighbours"];
  const promptsOf = async (store: Store) => (await store.listLessons(1000, null)).map(({ prompt }) => prompt);

  describe(`a store that is ${name}`, () => {
    test("takes a batch twice as if it were once, in every sink", async () => {
      const place = makePlace();
      const { store, sink, stack, close } = await openAll(place);
      const lessons = [lesson("please sort the list of names"), lesson("please count the words in it")];
      for (const name of names) {
        const first = await sink(name).take(batch(lessons, [cursor(50)]), { signal });
        expect([name, first.fresh, first.duplicates]).toEqual([name, 2, 0]);
        const again = await sink(name).take(batch(lessons, [cursor(60)]), { signal });
        expect([name, again.fresh, again.duplicates]).toEqual([name, 0, 2]);
        expect(await sink(name).load({ signal })).toEqual([cursor(60)]);
      }
      close();
      expect(await store.counts()).toMatchObject({ lessons: 2, vectors: 2, measured: 2, pairs: 2 });
      expect(readFileSync(stack.datasetFile, "utf8").trimEnd().split("\n")).toHaveLength(2);
      expect((await store.places()).map(({ sink, offset }) => [sink, offset]).toSorted()).toEqual(
        names.map((name) => [name, 60]).toSorted(),
      );
    });

    test("saves the last of two cursors of one file that come in one batch", async () => {
      const { sink, close } = await openAll(makePlace());
      for (const name of names) {
        await sink(name).take(batch([], [cursor(50), cursor(7, "/logs/b.jsonl", "1:3"), cursor(60)]), { signal });
        const saved = (await sink(name).load({ signal })).map(({ inode, offset }) => `${inode} ${offset}`);
        expect(saved.toSorted()).toEqual(["1:2 60", "1:3 7"]);
      }
      close();
    });

    test("ends, and says why, when it refuses a batch in which no lesson is the reason", async () => {
      const place = makePlace();
      const { store, sinks, stack, close } = await openAll(place);
      place.forbid("bad_lines", "reason", "malformed");
      const log = join(place.home, "ralph-events.jsonl");
      writeFileSync(log, `${taskLine("t1")}{oops\n`);
      const engine = openEngine({ config: stack.config, patterns: [log], sinks, emit: stack.emit });
      await expect(engine.run({ once: true, signal })).rejects.toMatchObject({ code: "refused" });
      expect([await store.counts(), readRefusals(place.home)]).toMatchObject([{ lessons: 0, vectors: 1 }, []]);
      close();
    });

    test("takes a lesson that is twice in one batch once", async () => {
      const { store, sink, close } = await openAll(makePlace());
      const twice = [lesson("please sort the list of names"), lesson("please sort the list of names")];
      for (const name of names) {
        const { fresh, duplicates } = await sink(name).take(batch(twice, [cursor(50)]), { signal });
        expect([name, fresh, duplicates]).toEqual([name, 1, 1]);
      }
      close();
      expect(await store.counts()).toMatchObject({ lessons: 1, vectors: 1, measured: 1, pairs: 1 });
    });

    test("keeps outputs and cursor together: when the cursor cannot be saved, nothing is", async () => {
      const place = makePlace();
      const { store, sink, close } = await openAll(place);
      place.forbid("cursors", "body", "forbidden");
      const lost = batch([lesson("please sort the list of names")], [cursor(50, "/logs/forbidden.jsonl")]);
      for (const name of names)
        await expect(sink(name).take(lost, { signal })).rejects.toMatchObject({ code: "refused" });
      expect(await store.counts()).toMatchObject({ lessons: 0, vectors: 0, measured: 0, pairs: 0 });
      expect(await store.tallies()).toEqual({});
      for (const name of names) expect(await sink(name).load({ signal })).toEqual([]);
      close();
    });

    test("appends a pair once to the dataset, even when its name could not be kept at first", async () => {
      const place = makePlace();
      const { stack, sink, close } = await openAll(place);
      place.forbid("cursors", "body", "forbidden");
      const lessons = [lesson("please sort the list of names")];
      const lost = batch(lessons, [cursor(50, "/logs/forbidden.jsonl")]);
      await expect(sink("dataset").take(lost, { signal })).rejects.toMatchObject({ code: "refused" });
      await sink("dataset").take(batch(lessons, [cursor(50)]), { signal });
      close();
      expect(readFileSync(stack.datasetFile, "utf8").trimEnd().split("\n")).toHaveLength(1);
    });

    test("adopts pairs that a crash left without a name, and restores those that somebody cut", async () => {
      const place = makePlace();
      const first = await openAll(place);
      const lessons = ["sort the list", "count the words", "merge the files"].map((what) =>
        lesson(`please ${what} of names`),
      );
      await first.sink("rows").take(batch(lessons, [cursor(50)]), { signal });
      await first.sink("dataset").take(batch(lessons.slice(0, 2), [cursor(50)]), { signal });
      first.close();
      const whole = readFileSync(first.stack.datasetFile, "utf8");
      const other = JSON.parse(whole.split("\n")[0] ?? "");
      other.metadata.lesson_id = lessons[2]?.id;
      appendFileSync(first.stack.datasetFile, `${JSON.stringify(other)}\n{"torn`);
      const said: Parameters<EmitAll>[0][] = [];
      const second = await openAll(place, said);
      second.close();
      expect(said).toContainEqual(
        expect.objectContaining({ type: "dataset.repaired", droppedBytes: 6, adoptedPairs: 1, restoredPairs: 0 }),
      );
      writeFileSync(first.stack.datasetFile, "");
      const third = await openAll(place, said);
      third.close();
      expect(said.at(-1)).toMatchObject({ type: "dataset.repaired", adoptedPairs: 0, restoredPairs: 3 });
      expect(readFileSync(first.stack.datasetFile, "utf8").split("\n").slice(0, 2)).toEqual(
        whole.split("\n").slice(0, 2),
      );
    });

    test("uses the copy before when a saved cursor is damaged, and says so", async () => {
      const place = makePlace();
      const { sink, close } = await openAll(place);
      await sink("rows").take(batch([lesson("please sort the list of names")], [cursor(50)]), { signal });
      await sink("rows").take(batch([lesson("please count the words in it")], [cursor(70)]), { signal });
      close();
      place.damage("rows", "newest");
      const said: Parameters<EmitAll>[0][] = [];
      const again = await openAll(place, said);
      expect(await again.sink("rows").load({ signal })).toEqual([cursor(50)]);
      expect(said).toEqual([{ type: "cursor.corrupt", sink: "rows", file: "/logs/a.jsonl", used: "previous copy" }]);
      place.damage("rows", "both");
      expect(await again.sink("rows").load({ signal })).toEqual([]);
      expect(said.at(-1)).toMatchObject({ used: "start of file" });
      again.close();
    });

    test("says the oldest and the newest time that is known, or none", async () => {
      const { store, sink, close } = await openAll(makePlace());
      const take = (prompt: string, timestamp: string) =>
        sink("rows").take(batch([{ ...lesson(prompt), timestamp }], [cursor(50)]), { signal });
      await take("please sort the list without a time", "");
      expect(await store.datasetCounts()).toMatchObject({ lessons: 1, oldest: null, newest: null });
      await take("please sort the list in spring", "2026-03-01T10:00:00.000Z");
      await take("please sort the list in winter", "2026-01-01T10:00:00.000Z");
      const [oldest, newest] = ["2026-01-01T10:00:00.000Z", "2026-03-01T10:00:00.000Z"];
      expect(await store.datasetCounts()).toMatchObject({ lessons: 3, oldest, newest });
      close();
    });

    test("counts events, lessons and duplicates by the source they came from", async () => {
      const { store, sink, close } = await openAll(makePlace());
      const words = "please sort the list of names";
      const lessons = [
        lesson(words),
        lesson(words, { file: "/logs/b.jsonl" }),
        lesson(`${words} again`, { file: "/logs/b.jsonl" }),
      ];
      const taken = await sink("rows").take(batch(lessons, [cursor(50)]), { signal });
      expect(Object.fromEntries(taken.bySource ?? [])).toEqual({
        "/logs/a.jsonl": { fresh: 1, duplicates: 0, withdrawn: 0, removed: 0 },
        "/logs/b.jsonl": { fresh: 1, duplicates: 1, withdrawn: 0, removed: 0 },
      });
      const tallies = new Map([
        ["/logs/a.jsonl", { events: 3, rejected: new Map([["empty_line", 3]]), dialects: new Map() }],
      ]);
      await sink("rows").take(batch([], [cursor(60)], { tallies }), { signal });
      close();
      expect(await store.tallies()).toEqual({
        "/logs/a.jsonl": {
          ...{ events: 4, lessons: 1, duplicates: 0, rejected: { empty_line: 3 } },
          dialects: { "": { events: 4, rejected: { empty_line: 3 } } },
        },
        "/logs/b.jsonl": {
          ...{ events: 2, lessons: 1, duplicates: 1, rejected: {} },
          dialects: { "": { events: 2, rejected: {} } },
        },
      });
    });

    test("isolates a lesson that it refuses, lists it by address, and takes all others", async () => {
      const place = makePlace();
      const said: Parameters<EmitAll>[0][] = [];
      const { store, sinks, stack, close } = await openAll(place, said);
      place.forbid("lessons", "prompt", "t17");
      const log = join(place.home, "ralph-events.jsonl");
      const lines = Array.from({ length: 40 }, (_, index) => taskLine(`t${index}`));
      writeFileSync(log, lines.join(""));
      await openEngine({ config: stack.config, patterns: [log], sinks, emit: (event) => void said.push(event) }).run({
        once: true,
        signal,
      });
      close();
      expect(await promptsOf(store)).toHaveLength(39);
      expect((await promptsOf(store)).join()).not.toContain("t17");
      const offset = Buffer.byteLength(lines.slice(0, 17).join(""));
      expect(readRefusals(place.home)).toMatchObject([{ sink: "rows", file: log, offset }]);
      expect((await store.tallies())[log]).toEqual({
        events: 40,
        lessons: 39,
        duplicates: 0,
        rejected: { refused_by_rows: 1 },
        dialects: { ralph: { events: 40, rejected: { refused_by_rows: 1 } } },
      });
      expect(said.filter(({ type }) => type === "lesson.refused")).toHaveLength(1);
    });

    test("finds lessons by words, whatever their case and accents, newest first", async () => {
      const { store, sink, close } = await openAll(makePlace());
      const prompts = [
        "Sort the café's list of names",
        "count src/engine/store.ts lines now",
        "sort ÉTUDES by name, 100% of them",
        "日本語 のテストを書いてください now",
      ];
      await sink("rows").take(
        batch(
          prompts.map((prompt) => lesson(prompt)),
          [cursor(50)],
        ),
        { signal },
      );
      close();
      const search = async (words: string) =>
        (await store.listLessons(10, words)).map(({ prompt }) => prompts.indexOf(prompt)).toSorted();
      expect(await search("SORT")).toEqual([0, 2]);
      expect(await search("cafe")).toEqual([0]);
      expect(await search("CAFÉ list")).toEqual([0]);
      expect(await search("etudes")).toEqual([2]);
      expect(await search("engine")).toEqual([1]);
      expect(await search("store.ts")).toEqual([1]);
      expect(await search("100%")).toEqual([2]);
      expect(await search("日本語")).toEqual([3]);
      expect(await search("sort missing")).toEqual([]);
      expect(await search('it\'s "done" & | ! ( as asked')).toEqual([0]);
      expect(await search("done asked")).toEqual([0, 1, 2, 3]);
      expect(await search("'!?")).toEqual([]);
      expect((await store.listLessons(2, null)).map(({ prompt }) => prompts.indexOf(prompt))).toEqual([3, 2]);
    });

    test("keeps every text as it is, NULs, quotes, private signs and all", async () => {
      const { store, sink, stack, close } = await openAll(makePlace());
      const odd = [
        "\0nul \0 in it, and more words",
        "sign \ue000 and \ue0000 and \0\ue0001 here",
        'it\'s \\ "quoted" {a,b} NULL \t\n',
        "👩‍💻 emoji and \u202e marks, a long one",
      ];
      const lessons = odd.map((prompt) => lesson(prompt, { file: `/logs/ü ${prompt.slice(0, 3)}.jsonl` }));
      for (const name of names)
        await sink(name).take(batch(lessons, [cursor(50, "/logs/\ue000'\".jsonl")]), { signal });
      expect(await sink("rows").load({ signal })).toEqual([cursor(50, "/logs/\ue000'\".jsonl")]);
      close();
      for (const [index, prompt] of odd.entries()) {
        const one = lessons[index];
        const [found] = await store.lessonsByPrefix(one?.id ?? "");
        expect(found?.prompt).toBe(prompt);
        expect(found).toMatchObject(one ?? {});
      }
      expect(Object.keys(await store.tallies()).toSorted()).toEqual(
        lessons.map(({ origin }) => origin.file).toSorted(),
      );
      expect(
        readFileSync(stack.datasetFile, "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line).messages[1].content),
      ).toEqual(odd);
    });

    test("keeps reviews, and everything else, when it is closed and opened again", async () => {
      const place = makePlace();
      const first = await openAll(place);
      const lessons = ["sort", "count", "merge"].map((what) => lesson(`please ${what} the list of names`));
      for (const name of names) await first.sink(name).take(batch(lessons, [cursor(50)]), { signal });
      await first.store.review(lessons[0]?.id ?? "", "approved");
      await first.store.review(lessons[1]?.id ?? "", "rejected");
      first.close();
      const before = [
        await first.store.counts(),
        await first.store.datasetCounts(),
        await first.store.listLessons(9, null),
      ];
      await first.store.close();
      const looking = await stackOn(place).look();
      expect([await looking.counts(), await looking.datasetCounts(), await looking.listLessons(9, null)]).toEqual(
        before,
      );
      expect(await looking.counts()).toMatchObject({
        lessons: 3,
        approved: 1,
        rejected: 1,
        measured: 3,
        pairs: 3,
        vectors: 3,
      });
      expect(
        (await looking.reviews())
          .map(({ id, review }) => [lessons.findIndex((one) => one.id === id), review])
          .toSorted(),
      ).toEqual([
        [0, "approved"],
        [1, "rejected"],
      ]);
      const byPrefix = await looking.lessonsByPrefix(lessons[0]?.id.slice(0, 12) ?? "");
      expect(byPrefix).toMatchObject([{ ...lessons[0], review: "approved", similarity: 0, nearest: null }]);
      expect(await looking.datasetCounts()).toMatchObject({
        lessons: 3,
        approved: 1,
        rejected: 1,
        valued: 3,
        nearDuplicates: 0,
        oldest: "2026-01-02T03:04:05.000Z",
        newest: "2026-01-02T03:04:05.000Z",
        byKind: [{ kind: "task_completion", lessons: 3 }],
        characters: lessons.reduce((sum, { prompt, response }) => sum + prompt.length + response.length, 0),
      });
    });

    test("takes from two processes at once: each lesson once, counted once, numbered without gaps", async () => {
      const place = makePlace();
      const store = await stackOn(place).openStore();
      const script = join(import.meta.dirname, "writers/take.ts");
      const run = (first: number) =>
        new Promise<number>((done, fail) => {
          const child = spawn(process.execPath, [script, place.home, String(first), "200", ...place.settings], {
            stdio: ["ignore", "pipe", "pipe"],
          });
          let [out, err] = ["", ""];
          child.stdout.on("data", (text) => {
            out += text;
          });
          child.stderr.on("data", (text) => {
            err += text;
          });
          child.on("close", (code) => (code === 0 ? done(Number(out)) : fail(new Error(err))));
        });
      const fresh = await Promise.all([run(0), run(100)]);
      expect((fresh[0] ?? 0) + (fresh[1] ?? 0)).toBe(300);
      expect(await promptsOf(store)).toHaveLength(300);
      expect(await store.counts()).toMatchObject({ lessons: 300 });
      expect((await store.tallies())["/logs/a.jsonl"]).toEqual({
        events: 400,
        lessons: 300,
        duplicates: 100,
        rejected: {},
        dialects: { "": { events: 400, rejected: {} } },
      });
    });

    test("lists bad lines newest first, keeps only so many, and forgets one that was mended", async () => {
      const { store, stack, close } = await openAll(makePlace());
      const rows = await store.openRows({ rejectedKept: 3, propose: () => new Map(), emit: stack.emit, signal });
      for (const offset of [10, 20, 30, 40]) {
        const bad = [{ address: { file: "/logs/a.jsonl", inode: "1:2", offset, bytes: 5 }, reason: "malformed_json" }];
        await rows.take(batch([], [cursor(offset)], { bad }), { signal });
      }
      expect((await store.badLines(10)).map(({ offset }) => offset)).toEqual([40, 30, 20]);
      await store.forgetBadLine({ inode: "1:2", offset: 30, reason: "malformed_json" });
      expect((await store.badLines(1)).map(({ offset }) => offset)).toEqual([40]);
      expect(await store.counts()).toMatchObject({ badLines: 2 });
      close();
    });

    test("keeps a proposal once, waiting, also after it is opened again", async () => {
      const place = makePlace();
      const tasks = [
        { event: "task_completed", task_id: "t", total_iterations: 20, adaptive_limit_used: 20, task: {} },
      ];
      for (let round = 0; round < 2; round++) {
        const { store, sink, close } = await openAll(place);
        await sink("rows").take(batch([], [cursor(50 + round)], { tasks }), { signal });
        const proposals = await store.proposals();
        expect(proposals).toHaveLength(1);
        expect(JSON.parse(proposals[0]?.body ?? "")).toMatchObject({
          proposal_type: "iteration_limit_increase",
          evidence: { task_id: "t" },
        });
        expect(proposals[0]?.status).toBe("pending");
        close();
      }
    });

    test("measures near-duplicates, within a batch and across batches", async () => {
      const { store, sink, close } = await openAll(makePlace());
      const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
      const [a, b, c, d] = [
        lesson(words),
        lesson(`${words} more`),
        lesson(`${words} later`),
        lesson("something else that is not like it at all"),
      ];
      await sink("neighbours").take(
        batch(
          [a, b].filter((one) => one !== undefined),
          [cursor(50)],
        ),
        { signal },
      );
      await sink("neighbours").take(
        batch(
          [c, d].filter((one) => one !== undefined),
          [cursor(60)],
        ),
        { signal },
      );
      close();
      const near = await store.duplicateClusters();
      expect([...near.keys()].toSorted()).toEqual([b?.id, c?.id].toSorted());
      expect(near.get(b?.id ?? "")).toMatchObject({ kept: a?.id });
      // What nearly repeats another is worth less.
      expect(await store.lessonsWorth(0)).toHaveLength(4);
      expect((await store.lessonsWorth(0.6)).toSorted()).toEqual([a?.id, d?.id].toSorted());
      expect(await store.lessonsWorth(1.01)).toEqual([]);
    });

    vectorContract<Place>(async (label, dimensions, { rebuild = false } = {}, place = makePlace()) => {
      const store = await stackOn(place).openStore();
      const embedder = {
        ...openEmbedder(null),
        label,
        dimensions,
        embed: async (texts: readonly string[]) => texts.map((text) => direction(text, dimensions)),
      };
      const sink = await store.openVectors(embedder, { rebuild, emit: () => undefined, signal });
      const rows = await store.openRows({ rejectedKept: 10, propose: () => new Map(), emit: () => undefined, signal });
      return {
        place,
        sink,
        rows,
        nearest: (vector, limit) => store.nearestLessons(vector, limit),
        model: () => store.vectorModel(),
        count: async () => (await store.counts()).vectors ?? 0,
      };
    });
  });
}

/** A store of vectors as a test sees it. */
export interface OpenedVectors<P> {
  readonly place: P;
  readonly sink: Sink;
  /** Where lessons themselves are kept, from which vectors are made anew. */
  readonly rows: Sink;
  nearest(vector: Float32Array, limit: number): Promise<{ readonly id: string; readonly distance: number }[]>;
  model(): Promise<{ readonly label: string; readonly dimensions: number } | null>;
  count(): Promise<number>;
}

/** A vector of length 1 that depends on the number at the end of a text's first line: an angle of so many degrees. */
export function direction(text: string, dimensions: number): Float32Array {
  const degrees = Number(/(\d+)(?:\n|$)/.exec(text)?.[1] ?? 0);
  const vector = new Float32Array(dimensions);
  vector[0] = Math.cos((degrees * Math.PI) / 180);
  vector[1] = Math.sin((degrees * Math.PI) / 180);
  return vector;
}

/** What every store of vectors promises; `open` opens a fresh place, or one that was opened before. */
export function vectorContract<P>(
  open: (
    label: string,
    dimensions: number,
    options?: { readonly rebuild?: boolean },
    place?: P,
  ) => Promise<OpenedVectors<P>>,
): void {
  const { signal } = new AbortController();
  const turned = [0, 20, 50, 90, 170].map((degrees) => lesson(`please turn the wheel by ${degrees}`));

  test("finds the lessons nearest to a vector, nearest first, by their cosine", async () => {
    const { sink, nearest } = await open("compass", 4);
    await sink.take(batch(turned, [cursor(50)]), { signal });
    const found = await nearest(direction("44", 4), 3);
    expect(found.map(({ id }) => turned.findIndex((one) => one.id === id))).toEqual([2, 1, 0]);
    for (const [index, degrees] of [6, 24, 44].entries()) {
      expect(found[index]?.distance).toBeCloseTo(1 - Math.cos((degrees * Math.PI) / 180), 5);
    }
  });

  test("refuses the vectors of another model or length, until all are made anew", async () => {
    const first = await open("compass", 4);
    await first.rows.take(batch(turned, [cursor(50)]), { signal });
    await first.sink.take(batch(turned, [cursor(50)]), { signal });
    await expect(open("sextant", 4, {}, first.place)).rejects.toMatchObject({
      code: "config",
      why: expect.stringContaining("compass (4)"),
    });
    await expect(open("compass", 8, {}, first.place)).rejects.toMatchObject({
      code: "config",
      hint: expect.stringContaining("--rebuild-vectors"),
    });
    expect(await first.count()).toBe(5);
    const anew = await open("sextant", 8, { rebuild: true }, first.place);
    expect(await anew.model()).toEqual({ label: "sextant", dimensions: 8 });
    expect(await anew.count()).toBe(5);
    expect((await anew.nearest(direction("88", 8), 1)).map(({ id }) => id)).toEqual([turned[3]?.id]);
    await expect(open("compass", 4, {}, first.place)).rejects.toMatchObject({ code: "config" });
  });
}

/** An empty home for a store under a directory. */
export function emptyHome(directory: string, name: string): string {
  const home = join(directory, name);
  mkdirSync(home, { recursive: true });
  return home;
}
