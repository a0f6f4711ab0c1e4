import { QdrantClient } from "@qdrant/js-client-rest";
import { expect, test } from "vitest";
import { temporary } from "../cli/running.ts";
import { openQdrantStandIn } from "./qdrant.ts";
import { startQdrantProcess } from "./qdrant-process.ts";

const ids = ["aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"];
const [first = "", second = ""] = ids;
const points = [
  { id: first, vector: [3, 0, 4], payload: { word: "one", kind: "a" } },
  { id: second, vector: [0, 1, 0], payload: { word: "two", kind: "b" } },
];

async function send(url: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text };
}

test("the Qdrant stand-in keeps, counts, finds and forgets points as its client asks", async () => {
  await using standIn = await openQdrantStandIn({ directory: temporary() });
  const client = new QdrantClient({ url: standIn.url, checkCompatibility: false });
  expect((await client.versionInfo()).version).toBe("1.16.2");
  await client.createCollection("words", { vectors: { size: 3, distance: "Cosine" }, metadata: { model: "m" } });
  await client.createPayloadIndex("words", { field_name: "word", field_schema: "keyword", wait: true });
  expect((await client.upsert("words", { wait: true, points })).status).toBe("completed");
  const info = await client.getCollection("words");
  expect([info.points_count, info.config.metadata, Object.keys(info.payload_schema)]).toEqual([
    2,
    { model: "m" },
    ["word"],
  ]);
  await client.updateCollection("words", { metadata: { model: null, other: 1 } });
  expect((await client.getCollection("words")).config.metadata).toEqual({ other: 1 });
  const [kept] = await client.retrieve("words", { ids: [first], with_vector: true });
  expect(kept).toMatchObject({ payload: { word: "one" }, vector: [expect.closeTo(0.6), 0, expect.closeTo(0.8)] });
  const found = await client.query("words", { query: [0, 2, 0.1], limit: 1, with_payload: ["word"] });
  expect(found.points).toMatchObject([{ id: second, payload: { word: "two" }, score: expect.closeTo(1, 2) }]);
  const must = [{ key: "kind", match: { value: "a" } }];
  expect((await client.count("words", { filter: { must } })).count).toBe(1);
  const page = await client.scroll("words", { limit: 1 });
  expect([page.points.length, page.next_page_offset]).toEqual([1, second]);
  await client.delete("words", { wait: true, points: [first] });
  expect((await client.count("words")).count).toBe(1);
  expect((await client.getCollections()).collections).toEqual([{ name: "words" }]);
  await client.deleteCollection("words");
  expect((await client.collectionExists("words")).exists).toBe(false);
});

test.each([
  ["a field that Qdrant does not know", "PUT", "/collections/words/points", { points: [], pionts: [] }, 400],
  ["a parameter that Qdrant does not know", "PUT", "/collections/words/points?wiat=true", { points: [] }, 400],
  ["a parameter of the wrong type", "PUT", "/collections/words/points?wait=soon", { points: [] }, 400],
  ["a point without its vector", "PUT", "/collections/words/points", { points: [{ id: 1 }] }, 400],
  ["an id that is no UUID", "PUT", "/collections/words/points", { points: [{ id: "x", vector: [1, 2, 3] }] }, 400],
  ["a body that is not JSON", "PUT", "/collections/words/points", "{", 400],
  ["a path that is not there", "POST", "/collections/words/wishes", {}, 404],
])("the Qdrant stand-in notes %s as against the interface description", async (_what, method, path, body, status) => {
  await using standIn = await openQdrantStandIn({ directory: temporary() });
  await send(standIn.url, "PUT", "/collections/words", { vectors: { size: 3, distance: "Cosine" } });
  expect(standIn.takeViolations()).toEqual([]);
  expect((await send(standIn.url, method, path, body)).status).toBe(status);
  expect(standIn.takeViolations()).toHaveLength(1);
});

test("closing the Qdrant stand-in fails when something against the interface description was left unseen", async () => {
  const standIn = await openQdrantStandIn({ directory: temporary() });
  await send(standIn.url, "GET", "/wishes");
  await expect(standIn.close()).rejects.toThrow(/GET \/wishes: there is no such operation/);
});

test("the Qdrant stand-in refuses what the real one refuses, in its words", async () => {
  await using standIn = await openQdrantStandIn({ directory: temporary() });
  const vectors = { size: 3, distance: "Cosine" };
  await send(standIn.url, "PUT", "/collections/words", { vectors });
  const again = await send(standIn.url, "PUT", "/collections/words", { vectors });
  expect([again.status, again.text]).toEqual([409, expect.stringContaining("already exists")]);
  const long = await send(standIn.url, "PUT", "/collections/words/points", { points: [{ id: 1, vector: [1, 2] }] });
  expect([long.status, long.text]).toEqual([400, expect.stringContaining("expected dim: 3, got 2")]);
  const missing = await send(standIn.url, "PUT", "/collections/none/points", { points: [] });
  expect([missing.status, missing.text]).toEqual([404, expect.stringContaining("Collection `none` doesn't exist!")]);
});

test("the Qdrant stand-in wants its key, and takes no changes with one that may only look", async () => {
  await using standIn = await openQdrantStandIn({ directory: temporary(), apiKey: "right", readOnlyKey: "look" });
  const status = async (method: string, key?: string) => {
    const body = method === "PUT" ? { vectors: { size: 3, distance: "Cosine" } } : undefined;
    const path = method === "PUT" ? "/collections/words" : "/collections";
    return (await send(standIn.url, method, path, body, key === undefined ? {} : { "api-key": key })).status;
  };
  expect([await status("GET"), await status("GET", "wrong"), await status("GET", "look")]).toEqual([401, 401, 200]);
  expect([await status("PUT", "look"), await status("PUT", "right")]).toEqual([403, 200]);
  expect((await send(standIn.url, "GET", "/healthz")).status).toBe(200);
});

test("the Qdrant stand-in that is killed has just what it acknowledged once it runs again", async () => {
  await using server = await startQdrantProcess({ directory: temporary() });
  await send(server.url, "PUT", "/collections/words", { vectors: { size: 3, distance: "Cosine" } });
  await send(server.url, "PUT", "/collections/words/points?wait=true", { points: points.slice(0, 1) });
  const promised = await send(server.url, "PUT", "/collections/words/points", { points: points.slice(1) });
  expect(promised.text).toContain("acknowledged");
  await server.kill();
  await server.start();
  const { text } = await send(server.url, "POST", "/collections/words/points/scroll", { with_vector: true });
  expect(JSON.parse(text).result.points).toMatchObject([{ id: first, payload: { word: "one", kind: "a" } }]);
  expect(JSON.parse(text).result.points[0].vector[2]).toBeCloseTo(0.8);
});
