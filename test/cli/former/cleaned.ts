import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import type { FormerHome } from "./home.ts";
import { indexedAmong, leaksIn } from "./leaks.ts";

/** The arguments that learn from the logs of a former home. */
export const learnOn = ({ home, logs }: FormerHome) => [
  "learn",
  "--once",
  "--home",
  home,
  "--source",
  join(logs, "*.jsonl"),
];
const idsIn = ({ home }: FormerHome): string[] =>
  readFileSync(join(home, "dataset.jsonl"), "utf8")
    .split("\n")
    .flatMap((line) => (line.includes('"lesson_id"') ? [JSON.parse(line).metadata.lesson_id] : []));

/** What an embedded store has. */
export function storeOf({ home }: FormerHome) {
  const database = new DatabaseSync(join(home, "aistack.db"), { readOnly: true });
  const all = (sql: string) => database.prepare(sql).all();
  const rows = all(
    "SELECT lower(hex(name)) AS id, prompt, response, backend, pattern_id, review FROM lessons JOIN names ON key = lessons.id ORDER BY seq",
  );
  const count = (table: string) => Number(all(`SELECT count(*) AS n FROM ${table}`)[0]?.n);
  const counts = { vectors: count("vectors"), neighbours: count("neighbours"), pairs: count("pairs") };
  const facts = new Map(all("SELECT name, value FROM facts").map(({ name, value }) => [String(name), String(value)]));
  database.close();
  return { rows, counts, facts };
}

/** Checks that nothing planted is left in any file and that every sink has the same lessons, under their names of before. */
export function checkCleaned(former: FormerHome, planted: readonly string[]) {
  expect(leaksIn(former.home, planted, [former.logs])).toEqual([]);
  expect(indexedAmong(join(former.home, "aistack.db"), planted)).toEqual([]);
  const gone = new Set([...former.same, ...former.short]);
  const left = former.lessons.filter(({ id }) => !gone.has(id)).map(({ id }) => id);
  const { rows, counts, facts } = storeOf(former);
  expect(rows.map(({ id }) => id)).toEqual(left);
  expect(counts).toEqual({ vectors: left.length, neighbours: left.length, pairs: left.length });
  expect(facts.get("redaction.under")).toBe(undefined);
  expect(facts.get("redaction.uncompacted")).toBe(undefined);
  expect(idsIn(former)).toEqual(left);
  return { rows, left };
}
