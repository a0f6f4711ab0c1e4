import { createHash } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openNameMemory, prefixOf } from "../../../src/engine/stores/name-memory.ts";
import { openEmbedded } from "../../../src/engine/stores/sqlite.ts";
import { holdNames, keyOf, keysFrom, nameOf } from "../../../src/engine/stores/sqlite-names.ts";
import { schema } from "../../../src/engine/stores/sqlite-schema.ts";
import { openEmbeddedStore } from "../../../src/engine/stores/sqlite-store.ts";
import { batch, cursor, lesson } from "../../contract/batches.ts";
import { temporaryDirectory } from "../telemetry/writing.ts";

const { signal } = new AbortController();

// Names are hashes, and few of them, so that they come again; some are what another program called its pairs.
function idOf(number: number): string {
  return number % 7 === 0 ? `pair ${number}` : createHash("sha256").update(`${number}`).digest("hex");
}

test("a memory of names gives every key that was added under a prefix, also when prefixes are the same", () => {
  const entry = fc.record({ prefix: fc.integer({ min: 0, max: 40 }).map((one) => one * 4096), key: fc.nat(1e6) });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 6000, size: "max" }), (entries) => {
      const memory = openNameMemory();
      const model = new Map<number, number[]>();
      for (const { prefix, key } of entries) {
        memory.add(prefix, key + 1);
        model.set(prefix, [...(model.get(prefix) ?? []), key + 1]);
      }
      expect(memory.size()).toBe(entries.length);
      for (let prefix = 0; prefix <= 41; prefix++) {
        expect(memory.find(prefix * 4096).toSorted()).toEqual((model.get(prefix * 4096) ?? []).toSorted());
      }
    }),
    { numRuns: 8 },
  );
  expect(prefixOf("0123456789abcdef")).toBe(0x0123456789ab);
});

test("a name has one number for good, whether it is young, indexed, was undone or another program gave it", async () => {
  const step = fc.record({
    ids: fc.array(fc.nat(40).map(idOf), { minLength: 1, maxLength: 6 }),
    how: fc.constantFrom("kept", "undone", "half undone", "reopened", "by another program"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      using directory = temporaryDirectory();
      const file = join(directory.path, "aistack.db");
      let store = openEmbedded(file);
      holdNames(store, 4);
      const model = new Map<string, number>();
      const learn = (ids: readonly string[]) => {
        for (const id of ids) {
          const key = nameOf(store, id);
          expect(model.get(id) ?? key).toBe(key);
          model.set(id, key);
        }
      };
      for (const { ids, how } of steps) {
        if (how === "undone" || how === "half undone") {
          const kept = how === "half undone" ? store.commit(() => learn(ids.slice(1))) : null;
          const undone = store.commit(() => {
            for (const id of ids) nameOf(store, id);
            throw new Error("no");
          });
          const again = how === "half undone" ? store.commit(() => learn(ids.slice(0, 1))) : null;
          await expect(undone).rejects.toMatchObject({ code: "failed" });
          await Promise.all([kept, again]);
        } else if (how === "by another program") {
          const other = openEmbedded(file);
          await other.commit(() => {
            for (const id of ids) model.set(id, nameOf(other, id));
          });
          other.close();
        } else await store.commit(() => learn(ids));
        if (how === "reopened") {
          store.close();
          store = openEmbedded(file);
          holdNames(store, 4);
        }
      }
      const looking = openEmbedded(file, { readOnly: true });
      for (let number = 0; number <= 40; number++) {
        const id = idOf(number);
        const key = model.get(id) ?? null;
        expect(keyOf(store, id)).toBe(key);
        expect(keyOf(looking, id)).toBe(key);
        if (number % 7 !== 0) expect(keysFrom(looking, id.slice(0, 16))).toEqual(key === null ? [] : [key]);
      }
      expect(new Set(model.values()).size).toBe(model.size);
      expect(store.get("SELECT count(*) AS n FROM names")?.n).toBe(model.size);
      looking.close();
      store.close();
    }),
    { numRuns: 60 },
  );
});

test("a store of the first version is read on, and what it knows is not learned again", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "aistack.db");
  const first = new DatabaseSync(file);
  first.exec(
    schema
      .replace("name ANY NOT NULL)", "name ANY NOT NULL UNIQUE)")
      .replace(/CREATE TABLE (?:name_index|withdrawn|negatives|aliases)[^;]*;/g, ""),
  );
  const old = lesson("a lesson that was learned long ago");
  first.prepare("INSERT INTO names (name) VALUES (unhex(?))").run(old.id);
  first
    .prepare(
      `INSERT INTO lessons (id, pattern_id, kind, prompt, response, backend, iterations, timestamp, success_metrics, file,
       inode, offset, bytes, learned_at) VALUES (1, 'p', 'inference', ?, ?, '', 1, '', '{}', '/f', '1:2', 0, 1, '')`,
    )
    .run(old.prompt, old.response);
  first.exec("PRAGMA user_version=1");
  first.close();
  const looking = openEmbeddedStore(file, { readOnly: true });
  expect([await looking.counts(), await looking.negatives(0, 9), await looking.withdrawn([old.id])]).toMatchObject([
    { lessons: 1, negatives: 0 },
    [],
    new Set(),
  ]);
  await looking.close();
  const store = openEmbeddedStore(file);
  expect((await store.version()).tables).toBe(3);
  expect((await store.lessonsByPrefix(old.id.slice(0, 8))).map(({ id }) => id)).toEqual([old.id]);
  const rows = await store.openRows({ rejectedKept: 1, propose: () => new Map(), emit: () => undefined, signal });
  const more = [old, lesson("a lesson that is quite new here")];
  expect(await rows.take(batch(more, [cursor(1)]), { signal })).toMatchObject({ fresh: 1, duplicates: 1 });
  await store.close();
});
