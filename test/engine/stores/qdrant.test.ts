import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { Failure } from "../../../src/engine/errors.ts";
import type { EngineEvent } from "../../../src/engine/events.ts";
import { openEmbedder } from "../../../src/engine/learning/embed.ts";
import { type Lesson, type LessonKind, lessonId, lessonUuid } from "../../../src/engine/learning/lesson.ts";
import { redactionVersion } from "../../../src/engine/learning/redaction-version.ts";
import { openQdrant, type Qdrant } from "../../../src/engine/stores/qdrant-client.ts";
import { collectionNames } from "../../../src/engine/stores/qdrant-collections.ts";
import { nearestInQdrant, openQdrantVectors } from "../../../src/engine/stores/qdrant-vectors.ts";
import { openEmbeddedStore } from "../../../src/engine/stores/sqlite-store.ts";
import type { Store } from "../../../src/engine/stores/store.ts";
import { emptyBatch } from "../../../src/engine/telemetry/batch.ts";
import { temporary } from "../../cli/running.ts";
import { openQdrantStandIn, type QdrantStandIn, type StandInOptions } from "../../stand-ins/qdrant.ts";

const { signal } = new AbortController();
const embedder = openEmbedder(null);
const events: EngineEvent[] = [];
const emit = (event: EngineEvent) => void events.push(event);
const refused: string[] = [];
const refusals = { add: async ({ lesson }: { readonly lesson: string }) => void refused.push(lesson) };
afterEach(() => {
  events.length = 0;
  refused.length = 0;
});

function lesson(words: string, kind: LessonKind = "task_completion", more: Partial<Lesson> = {}): Lesson {
  const prompt = `How to configure the ${words} of this machine`;
  const response = `Write the ${words} into its file and start again`;
  return {
    id: lessonId(prompt, response),
    patternId: `pattern_${words}`,
    kind,
    prompt,
    response,
    backend: "aider",
    iterations: 1,
    timestamp: "2026-01-02T03:04:05.000Z",
    successMetrics: {},
    feedback: null,
    origin: { file: "/logs/x.jsonl", inode: "1:2", offset: 0, bytes: 10 },
    ...more,
  };
}

function batchOf(...lessons: Lesson[]) {
  return { ...emptyBatch(), lessons, events: lessons.length };
}

async function startStandIn(options: Partial<StandInOptions> = {}): Promise<QdrantStandIn> {
  const standIn = await openQdrantStandIn({ directory: temporary(), ...options });
  onTestFinished(() => standIn.close());
  return standIn;
}

function reach(url: string, apiKey: string | null = null, timeoutMs = 2000): Promise<Qdrant> {
  return openQdrant({ url, apiKey, timeoutMs, ask: (call) => call() });
}

function openStore(): Store {
  const store = openEmbeddedStore(join(temporary(), "aistack.db"));
  onTestFinished(() => store.close());
  return store;
}

async function keepRows(store: Store, ...lessons: Lesson[]): Promise<void> {
  const rows = await store.openRows({ rejectedKept: 10, propose: () => new Map(), emit, signal });
  await rows.take(batchOf(...lessons), { signal });
}

const sinkOf = (qdrant: Qdrant, store: Store, more: { rebuild?: boolean; prefix?: string } = {}) =>
  openQdrantVectors({ qdrant, prefix: "", embedder, store, rebuild: false, refusals, emit, ...more });

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const failure = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (failure instanceof Failure) return failure;
  throw new Error(`no Failure but ${failure}`);
}

const pointsIn = (standIn: QdrantStandIn) =>
  Object.fromEntries([...standIn.collections].map(([name, points]) => [name, points.count]));

describe("vectors in the Qdrant stand-in", () => {
  test("five collections are made, with their model, and each lesson goes to the one of its kind", async () => {
    const standIn = await startStandIn();
    const sink = sinkOf(await reach(standIn.url), openStore());
    await sink.load({ signal });
    const lessons = [
      lesson("clock"),
      lesson("fan", "error_resolution", { feedback: 1 }),
      lesson("disk", "inference", { successMetrics: { latency_ms: 12, tokens_in: 3, tokens_out: 4 } }),
      lesson("lamp", "conversation", { timestamp: "" }),
    ];
    expect(await sink.take(batchOf(...lessons), { signal })).toEqual({ fresh: 4, duplicates: 0, removed: 0 });
    expect(pointsIn(standIn)).toEqual({
      "codebase-context": 0,
      "skills-patterns": 1,
      "error-solutions": 1,
      "interaction-history": 2,
      "best-practices": 0,
    });
    for (const name of collectionNames) {
      const { size, distance, metadata, payloadSchema } = standIn.collections.get(name)?.config ?? {};
      expect([size, distance, metadata]).toEqual([
        384,
        "Cosine",
        { made_by: "aistack", model: "lexical", dimensions: 384, filled: true, redaction: redactionVersion },
      ]);
      expect(Object.keys(payloadSchema ?? {}).length).toBeGreaterThan(1);
    }
    const payload = (index: number, name: string) =>
      standIn.collections.get(name)?.payloadOf(lessonUuid(lessons[index]?.id ?? ""));
    expect(payload(0, "skills-patterns")).toMatchObject({ lesson_id: lessons[0]?.id, description: lessons[0]?.prompt });
    expect(payload(1, "error-solutions")).toMatchObject({ solution_verified: true, confidence_score: null });
    expect(payload(2, "interaction-history")).toMatchObject({ tokens_used: 7, latency_ms: 12, user_feedback: null });
    expect(payload(3, "interaction-history")).toMatchObject({ timestamp: null, agent_type: "conversation" });
    const upserts = standIn.requests.filter((request) => request.startsWith("PUT") && request.includes("/points"));
    expect(upserts.every((request) => request.endsWith("/points?wait=true"))).toBe(true);
  });

  test("the same lesson is one point, also when it comes again, twice at once, or as another kind of work", async () => {
    const standIn = await startStandIn();
    const sink = sinkOf(await reach(standIn.url), openStore());
    const one = lesson("clock");
    expect(await sink.take(batchOf(one, one), { signal })).toEqual({ fresh: 1, duplicates: 1, removed: 0 });
    expect(await sink.take(batchOf({ ...one, kind: "span" }), { signal })).toEqual({
      fresh: 0,
      duplicates: 1,
      removed: 0,
    });
    const again = sinkOf(await reach(standIn.url), openStore());
    expect(await again.take(batchOf(one), { signal })).toEqual({ fresh: 0, duplicates: 1, removed: 0 });
    expect(pointsIn(standIn)).toMatchObject({ "skills-patterns": 1, "interaction-history": 0 });
  });

  test("the cursors are saved in the store of rows, and only after the points are there", async () => {
    const standIn = await startStandIn();
    const store = openStore();
    const sink = sinkOf(await reach(standIn.url), store);
    await sink.load({ signal });
    const print = { headBytes: 1, headHash: "a", tailHash: "b" };
    const cursors = [{ version: 2, inode: "1:2", file: "/logs/x.jsonl", offset: 10, print, turns: [] }];
    standIn.force({ status: 500, error: "Service internal error", only: /points\?wait/ });
    const failed = await failureOf(sink.take({ ...batchOf(lesson("clock")), cursors }, { signal }));
    expect(failed.code).toBe("silent");
    expect(await store.cursors("vectors", emit)).toEqual([]);
    standIn.force(null);
    await sink.take({ ...batchOf(lesson("clock")), cursors }, { signal });
    expect(await store.cursors("vectors", emit)).toEqual(cursors);
  });

  test("what is alike is found over all collections, nearest first, by the lesson's name", async () => {
    const standIn = await startStandIn();
    const qdrant = await reach(standIn.url);
    const sink = sinkOf(qdrant, openStore());
    const lessons = [lesson("clock"), lesson("fan", "error_resolution"), lesson("lamp", "span")];
    await sink.take(batchOf(...lessons), { signal });
    const [vector = new Float32Array()] = await embedder.embed([`${lessons[1]?.prompt}\n${lessons[1]?.response}`], {
      signal,
    });
    const found = await nearestInQdrant(qdrant, "", vector, 2, { signal });
    expect(found.map(({ id }) => id)[0]).toBe(lessons[1]?.id);
    expect(found[0]?.distance).toBeCloseTo(0, 4);
    expect(found).toHaveLength(2);
    expect(await nearestInQdrant(qdrant, "nothing-", vector, 2, { signal })).toEqual([]);
  });

  test("a server that comes later, or that lost a collection, gets every lesson that the rows have", async () => {
    const standIn = await startStandIn();
    const store = openStore();
    await keepRows(store, lesson("clock"), lesson("fan", "error_resolution"), lesson("lamp", "span"));
    const qdrant = await reach(standIn.url);
    const sink = sinkOf(qdrant, store);
    await sink.load({ signal });
    expect(pointsIn(standIn)).toMatchObject({
      "skills-patterns": 1,
      "error-solutions": 1,
      "interaction-history": 1,
    });
    expect(events).toEqual([{ type: "vectors.filled", place: standIn.url, lessons: 3 }]);
    await qdrant.drop("error-solutions", { signal });
    const lost = await failureOf(sink.take(batchOf(lesson("wheel", "error_resolution")), { signal }));
    expect([lost.code, lost.why]).toEqual(["silent", expect.stringContaining("doesn't exist")]);
    expect(await sink.take(batchOf(lesson("wheel", "error_resolution")), { signal })).toMatchObject({ fresh: 1 });
    expect(pointsIn(standIn)).toMatchObject({ "error-solutions": 2 });
  });

  test("the points of withdrawn lessons go, in every collection, and never come back", async () => {
    const standIn = await startStandIn();
    const store = openStore();
    const qdrant = await reach(standIn.url);
    const sink = sinkOf(qdrant, store);
    const [clock, fan, lamp] = [lesson("clock"), lesson("fan", "error_resolution"), lesson("lamp", "span")];
    await sink.take(batchOf(clock, fan, lamp), { signal });
    const rejected = { ...lamp, chosen: "" };
    const gone = {
      ...batchOf(lesson("wheel"), lesson("axle")),
      withdrawn: [fan.id, lesson("axle").id],
      negatives: [rejected],
    };
    for (const taken of [
      { fresh: 1, duplicates: 1, removed: 2 },
      { fresh: 0, duplicates: 2, removed: 0 },
    ])
      expect(await sink.take(gone, { signal })).toEqual(taken);
    expect(await sink.take(batchOf(fan, lamp, clock), { signal })).toEqual({ fresh: 0, duplicates: 3, removed: 0 });
    expect(pointsIn(standIn)).toMatchObject({ "skills-patterns": 2, "error-solutions": 0, "interaction-history": 0 });
    const deletes = standIn.requests.filter((request) => request.includes("/points/delete"));
    expect(deletes.map((request) => request.replace(/.*collections./, ""))).toEqual([
      "error-solutions/points/delete?wait=true",
      "interaction-history/points/delete?wait=true",
    ]);
  });

  test("what is withdrawn is noted before its points go, and the cursor is saved only once they are gone", async () => {
    const standIn = await startStandIn();
    const store = openStore();
    const sink = sinkOf(await reach(standIn.url), store);
    const [clock, fan] = [lesson("clock"), lesson("fan")];
    await sink.take(batchOf(clock, fan), { signal });
    standIn.force({ status: 500, error: "Service internal error", only: /points\/delete/ });
    const print = { headBytes: 1, headHash: "a", tailHash: "b" };
    const cursors = [{ version: 2, inode: "1:2", file: "/logs/x.jsonl", offset: 10, print, turns: [] }];
    const gone = { ...batchOf(), withdrawn: [fan.id], cursors };
    expect((await failureOf(sink.take(gone, { signal }))).code).toBe("silent");
    expect([await store.cursors("vectors", emit), await store.withdrawn([clock.id, fan.id])]).toEqual([
      [],
      new Set([fan.id]),
    ]);
    standIn.force(null);
    expect(await sink.take(gone, { signal })).toEqual({ fresh: 0, duplicates: 0, removed: 1 });
    expect([await store.cursors("vectors", emit), pointsIn(standIn)]).toMatchObject([
      cursors,
      { "skills-patterns": 1 },
    ]);
  });

  test("a server that is filled from the rows gets nothing that another sink has heard of as withdrawn", async () => {
    const standIn = await startStandIn();
    const store = openStore();
    const [clock, fan] = [lesson("clock"), lesson("fan")];
    await keepRows(store, clock, fan);
    const inStore = await store.openVectors(embedder, { rebuild: false, emit, signal });
    await inStore.take(batchOf(clock, fan), { signal });
    // The rows have not heard of it yet.
    await store.noteWithdrawn([fan.id]);
    expect(await store.counts()).toMatchObject({ lessons: 2, vectors: 1 });
    await sinkOf(await reach(standIn.url), store).load({ signal });
    expect(pointsIn(standIn)).toMatchObject({ "skills-patterns": 1 });
    const anew = await store.openVectors(embedder, { rebuild: true, emit, signal });
    expect([await store.counts(), (await anew.load({ signal })).length]).toMatchObject([{ vectors: 1 }, 0]);
  });

  test("a lesson that Qdrant refuses is listed, by halves or while filling, and all others are taken", async () => {
    const poison = lesson("poison");
    const refusePayload = (payload: unknown) => (JSON.stringify(payload).includes("poison") ? "it is poison" : null);
    const standIn = await startStandIn({ refusePayload });
    const store = openStore();
    const lessons = ["a", "b", "c", "d"].map((words) => lesson(words));
    await keepRows(store, ...lessons, poison);
    const sink = sinkOf(await reach(standIn.url), store);
    await sink.load({ signal });
    expect([refused, events.map(({ type }) => type)]).toEqual([[poison.id], ["lesson.refused", "vectors.filled"]]);
    expect(pointsIn(standIn)).toMatchObject({ "skills-patterns": 4 });
    const more = [lesson("e"), poison, lesson("f")];
    expect((await failureOf(sink.take(batchOf(...more), { signal }))).code).toBe("refused");
    const trial = { ...batchOf(lesson("e"), lesson("f")), trial: true };
    await sink.take(trial, { signal });
    expect(await sink.take(batchOf(lesson("e"), lesson("f"), lesson("a")), { signal })).toEqual({
      fresh: 2,
      duplicates: 1,
      removed: 0,
    });
  });

  test("filling that was interrupted goes on at the next start", async () => {
    const standIn = await startStandIn();
    const store = openStore();
    await keepRows(store, lesson("clock"), lesson("fan", "error_resolution"));
    const qdrant = await reach(standIn.url);
    standIn.force({ status: 503, error: "down", only: /error-solutions\/points\?wait/ });
    expect((await failureOf(sinkOf(qdrant, store).load({ signal }))).code).toBe("silent");
    expect(standIn.collections.get("skills-patterns")?.config.metadata).toMatchObject({ filled: false });
    standIn.force(null);
    await sinkOf(qdrant, store).load({ signal });
    expect(pointsIn(standIn)).toMatchObject({ "skills-patterns": 1, "error-solutions": 1 });
    expect(standIn.collections.get("skills-patterns")?.config.metadata).toMatchObject({ filled: true });
  });

  test("vectors of another model are not mixed in; made anew they all are of the new one", async () => {
    const standIn = await startStandIn();
    const store = openStore();
    await keepRows(store, lesson("clock"));
    const qdrant = await reach(standIn.url);
    await sinkOf(qdrant, store).load({ signal });
    const small = { label: "small", dimensions: 3, embed: async () => [new Float32Array([1, 0, 0])] };
    const open = (rebuild: boolean) =>
      openQdrantVectors({ qdrant, prefix: "", embedder: small, store, rebuild, refusals, emit }).load({ signal });
    const refused = await failureOf(open(false));
    expect([refused.code, refused.why]).toEqual(["config", expect.stringContaining("lexical (384)")]);
    expect(refused.hint).toContain("--rebuild-vectors");
    expect(pointsIn(standIn)).toMatchObject({ "skills-patterns": 1 });
    await open(true);
    expect(standIn.collections.get("skills-patterns")?.config).toMatchObject({ size: 3, metadata: { model: "small" } });
    expect(pointsIn(standIn)).toMatchObject({ "skills-patterns": 1 });
  });

  test("what others keep under these names is never touched, and a prefix stands beside it", async () => {
    const standIn = await startStandIn();
    const qdrant = await reach(standIn.url);
    const own = { dimensions: 4, metadata: {} };
    await qdrant.create("best-practices", own, { signal });
    await qdrant.upsert("best-practices", [{ id: lessonUuid("ab".repeat(32)), vector: [1, 2, 3, 4], payload: {} }], {
      signal,
    });
    await qdrant.create("skills-patterns", own, { signal });
    for (const rebuild of [false, true]) {
      const refused = await failureOf(sinkOf(qdrant, openStore(), { rebuild }).load({ signal }));
      expect([refused.code, refused.hint]).toEqual(["config", expect.stringContaining("qdrant.collectionPrefix")]);
    }
    await sinkOf(qdrant, openStore(), { prefix: "aistack-" }).load({ signal });
    expect(pointsIn(standIn)).toMatchObject({
      "best-practices": 1,
      "skills-patterns": 0,
      "aistack-skills-patterns": 0,
    });
  });
});

describe("what goes wrong with the Qdrant stand-in is told, and nothing is lost", () => {
  const take = (qdrant: Qdrant) => sinkOf(qdrant, openStore()).take(batchOf(lesson("clock")), { signal });

  test.each([
    ["no key", null],
    ["a wrong key", "wrong"],
    ["a key that may only look", "look"],
  ])("%s", async (_what, key) => {
    const standIn = await startStandIn({ apiKey: "right", readOnlyKey: "look" });
    const failure = await failureOf(take(await reach(standIn.url, key)));
    expect([failure.code, failure.hint]).toEqual(["config", expect.stringContaining("AISTACK_SECRET_QDRANT_API_KEY")]);
    expect(`${failure.message} ${failure.hint}`).not.toMatch(/wrong|look at/);
    expect(await take(await reach(standIn.url, "right"))).toMatchObject({ fresh: 1 });
  });

  test("a server that is too old", async () => {
    const standIn = await startStandIn({ version: "1.15.4" });
    const failure = await failureOf(take(await reach(standIn.url)));
    expect([failure.code, failure.why]).toEqual(["config", expect.stringContaining("1.15.4")]);
    expect(failure.hint).toContain("qdrant/qdrant:v1.16.2");
    expect(standIn.collections.size).toBe(0);
  });

  test.each([
    ["a disk that is full", 500, "No space left on device: WAL buffer size exceeds available disk space", "full"],
    ["an error of its own", 500, "Service internal error: task panicked", "silent"],
    ["a server that is starting", 503, "Service unavailable", "silent"],
    ["a gateway without it", 502, "Bad gateway", "silent"],
    ["a vector of the wrong length", 400, "Wrong input: Vector dimension error: expected dim: 3, got 384", "config"],
    ["a point it will not take", 400, "Wrong input: payload too deep", "refused"],
  ])("%s", async (_what, status, error, code) => {
    const standIn = await startStandIn();
    const qdrant = await reach(standIn.url);
    const sink = sinkOf(qdrant, openStore());
    await sink.load({ signal });
    standIn.force({ status, error: `Service internal error: ${error}`, only: /points\?wait/ });
    const failure = await failureOf(sink.take(batchOf(lesson("clock")), { signal }));
    expect([failure.code, failure.why]).toEqual([code, expect.stringContaining(error)]);
    expect(failure.hint).not.toBe("");
    standIn.force(null);
    expect(await sink.take(batchOf(lesson("clock")), { signal })).toMatchObject({ fresh: 1 });
  });

  test("too many requests, with the time the server asks for", async () => {
    const standIn = await startStandIn();
    const qdrant = await reach(standIn.url);
    standIn.force({ status: 429, error: "Too many requests", headers: { "retry-after": "7" } });
    const failure = await failureOf(qdrant.collection("x", { signal }));
    expect([failure.code, failure.retryAfterMs]).toEqual(["silent", 7000]);
    standIn.force({ status: 429, error: "Too many requests" });
    expect((await failureOf(qdrant.collection("x", { signal }))).code).toBe("silent");
  });
});
