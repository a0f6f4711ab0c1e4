import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openConfig } from "../../src/engine/config.ts";
import { sumsOf } from "../../src/engine/stores/move.ts";
import { openSinks } from "../../src/services/learner.ts";
import { openStack } from "../../src/services/stack.ts";
import { type PostgresServer, startPostgres } from "../engine/stores/postgres.ts";
import { temporaryDirectory } from "../engine/telemetry/writing.ts";
import { needs } from "../parts.ts";
import { batch, cursor, lesson } from "./batches.ts";
import type { Place } from "./opened.ts";
import { emptyHome, storeContract } from "./store.ts";
import { withdrawalContract } from "./withdrawal.ts";

const missing = needs("postgres").missing;
const server = missing ? null : await startPostgres();
const directory = temporaryDirectory();
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

let places = 0;

function serverHome(schema: string): { readonly home: string; readonly server: PostgresServer } {
  if (server === null) throw new Error("there is no server");
  const home = emptyHome(directory.path, schema);
  mkdirSync(join(home, "secrets"));
  writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
  return { home, server };
}

describe.skipIf(missing)("PostgreSQL", () => {
  const makePlace = (): Place => {
    const schema = `home${places++}`;
    const { home, server } = serverHome(schema);
    return {
      home,
      settings: server.settings(schema),
      forbid(table, column, word) {
        server.sql(
          `ALTER TABLE ${schema}.${table} ADD CONSTRAINT forbid_${table} CHECK (${column} NOT LIKE '%${word}%')`,
        );
      },
      allow(table) {
        server.sql(`ALTER TABLE ${schema}.${table} DROP CONSTRAINT forbid_${table}`);
      },
      damage(sink, copies) {
        const both = copies === "both" ? ", previous_body = ''" : "";
        server.sql(`UPDATE ${schema}.cursors SET body = body || 'x'${both} WHERE sink = '${sink}'`);
      },
    };
  };
  storeContract("on a PostgreSQL server", makePlace);
  withdrawalContract("on a PostgreSQL server", makePlace);

  test("measures, counts and names the very same as the embedded store, batch by batch", async () => {
    const { home, server } = serverHome("same");
    const { signal } = new AbortController();
    const word = (number: number) => `w${(number * 7919) % 977}`;
    // Four in five lessons are like one of a few others, some of them many times over.
    const lessons = Array.from({ length: 500 }, (_, number) => {
      const kind = number % 5 === 0 ? number * 100 : (number % 7) * 1000;
      const words = Array.from({ length: 80 }, (_, index) =>
        word(kind + index + (index > 76 - (number % 9) ? number : 0)),
      );
      return lesson(words.join(" "), { file: `/logs/${number % 3}.jsonl` });
    });
    const found: unknown[] = [];
    for (const [name, set] of [
      ["embedded", []],
      ["postgres", server.settings("same")],
    ] as const) {
      await using stack = openStack(
        openConfig({ home: emptyHome(home, name), set }, { AISTACK_SECRET_POSTGRES_PASSWORD: server.password }),
        () => undefined,
      );
      const store = await stack.openStore();
      const { sinks, close } = await openSinks(stack, store, { rebuildVectors: false, guards: null, signal });
      const taken: unknown[] = [];
      for (let from = 0; from < lessons.length; from += 37) {
        // Some from the middle, some not taught yet, and the newest, whose numbers are given again.
        const withdrawn = [from - 1, from - 20, from + 300].flatMap((index) => lessons[index]?.id ?? []);
        const negatives = lessons.slice(from + 3, from + 4).map((one) => ({ ...one, successMetrics: {}, chosen: "" }));
        const one = batch([...lessons.slice(from, from + 37), ...lessons.slice(0, 3)], [cursor(from + 1)], {
          ...{ withdrawn, negatives: negatives.map((rejected) => ({ ...rejected, iterations: 1 })) },
        });
        for (const sink of sinks) taken.push(await sink.take(one, { signal }));
      }
      close();
      const sums = await sumsOf(store, signal);
      const stats = await store.datasetCounts();
      found.push({
        sums: sums.filter(({ table }) =>
          ["vectors", "neighbours", "bands", "pairs", "withdrawn", "tallies", "facts"].includes(table),
        ),
        counts: await store.counts(),
        stats: { ...stats, meanValue: stats.meanValue?.toFixed(9) },
        taken,
        negatives: await store.negatives(0, 1000),
        near: [...(await store.duplicateClusters())],
        listed: await store.listLessons(1000, null),
      });
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[0]).toMatchObject({
      counts: { lessons: expect.any(Number), nearDuplicates: expect.any(Number), negatives: 14 },
    });
    const [embedded] = found;
    expect(embedded).toHaveProperty("near.100");
  });
});
