import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EngineEvent } from "../../src/engine/events.ts";
import { dialects } from "../../src/engine/learning/formats/read.ts";
import { reasonSentence, reasonSentences, reasons } from "../../src/engine/learning/formats/reasons.ts";
import type { SourceTally } from "../../src/engine/stores/listed.ts";
import { tallyRows, toTallies } from "../../src/engine/stores/tally-rows.ts";
import { emptyBatch, type Tally } from "../../src/engine/telemetry/batch.ts";
import { findZeroYield, openZeroYield, silentDialects } from "../../src/engine/zero-yield.ts";

interface Lines {
  readonly dialect: string;
  readonly taught?: number;
  readonly rejected?: Readonly<Record<string, number>>;
}

function tallyOf(lines: readonly Lines[]): Tally {
  const tally: Tally = { events: 0, rejected: new Map(), dialects: new Map() };
  for (const { dialect, taught = 0, rejected = {} } of lines) {
    const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0);
    tally.events += taught + refused;
    for (const [reason, count] of Object.entries(rejected)) {
      tally.rejected.set(reason, (tally.rejected.get(reason) ?? 0) + count);
    }
    tally.dialects.set(dialect, { events: taught + refused, rejected: new Map(Object.entries(rejected)) });
  }
  return tally;
}

function stored(files: Readonly<Record<string, readonly Lines[]>>): Record<string, SourceTally> {
  return toTallies(
    Object.entries(files).flatMap(([source, lines]) => {
      const fresh = lines.reduce((sum, { taught = 0 }) => sum + taught, 0);
      return tallyRows(tallyOf(lines), { fresh, duplicates: 0, withdrawn: 0, removed: 0 }).map((row) => ({
        ...row,
        source,
      }));
    }),
  );
}

const many = (count: number, lines: readonly Lines[]) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`/logs/rollout-${index}.jsonl`, lines]));
const find = (files: Readonly<Record<string, readonly Lines[]>>, patterns = ["/logs/*.jsonl"]) =>
  findZeroYield(stored(files), { patterns, atLeast: 100 });

describe("a source that gives events and not one lesson", () => {
  test("is found in a hundred files of twenty lines each", () => {
    expect(find(many(100, [{ dialect: "Codex", rejected: { no_question: 20 } }]))).toEqual([
      { source: "/logs/*.jsonl", dialect: "Codex", events: 2000, reasons: { no_question: 2000 } },
    ]);
  });

  test("is found by its dialect, though another dialect teaches beside it in the same files", () => {
    const files = many(30, [
      { dialect: "ralph", taught: 3 },
      { dialect: "none", rejected: { unknown_shape: 20 } },
    ]);
    expect(find(files)).toEqual([
      { source: "/logs/*.jsonl", dialect: "none", events: 600, reasons: { unknown_shape: 600 } },
    ]);
  });

  test("is found when nothing in it could have taught, and not when that comes beside work that teaches", () => {
    const idle: Lines = { dialect: "hybrid", rejected: { routing_decision: 500 } };
    expect(find({ "/logs/a.jsonl": [idle] })).toMatchObject([{ dialect: "hybrid", events: 500 }]);
    expect(find({ "/logs/a.jsonl": [idle, { dialect: "ralph", taught: 1 }] })).toEqual([]);
    const gaps: Lines = { dialect: "query gap", rejected: { no_answer: 500 } };
    expect(find({ "/logs/a.jsonl": [gaps] })).toMatchObject([{ dialect: "query gap", events: 500 }]);
    expect(find({ "/logs/a.jsonl": [gaps, { dialect: "ralph", taught: 1 }] })).toEqual([]);
    for (const name of silentDialects) expect(dialects.map((one) => one.name)).toContain(name);
  });

  test("counts beside work that teaches only what could have taught", () => {
    const mixed: Lines = { dialect: "Claude Code", rejected: { tool_call: 5000, no_answer: 99 } };
    const ralph: Lines = { dialect: "ralph", taught: 1 };
    expect(find({ "/logs/a.jsonl": [mixed, ralph] })).toEqual([]);
    const more: Lines = { dialect: "Claude Code", rejected: { tool_call: 5000, no_answer: 100 } };
    expect(find({ "/logs/a.jsonl": [more, ralph] })).toEqual([
      { source: "/logs/*.jsonl", dialect: "Claude Code", events: 100, reasons: { no_answer: 100 } },
    ]);
  });

  test("is found when only all of its dialects together are many", () => {
    const lines: Lines[] = [
      { dialect: "hybrid", rejected: { routing_decision: 60 } },
      { dialect: "aidb", rejected: { service_call: 60 } },
    ];
    expect(find({ "/logs/a.jsonl": lines })).toMatchObject([{ dialect: "hybrid, aidb", events: 120 }]);
  });

  test("is found when files were named one by one, and beside a source that is well", () => {
    const files = many(100, [{ dialect: "Codex", rejected: { no_question: 20 } }]);
    expect(find(files, Object.keys(files))).toMatchObject([
      { source: "/logs/rollout-0.jsonl and 99 more", events: 2000 },
    ]);
    const well = { "/well/a.jsonl": [{ dialect: "Codex", taught: 1000 }] };
    expect(find({ ...files, ...well }, ["/logs/*.jsonl", "/well/*.jsonl"])).toMatchObject([
      { source: "/logs/*.jsonl" },
    ]);
  });

  test("is found in what was counted before dialects were", () => {
    const rows = [
      { source: "/logs/a.jsonl", what: "events", reason: "", count: 150 },
      { source: "/logs/a.jsonl", what: "rejected", reason: "unknown_shape", count: 150 },
    ];
    expect(findZeroYield(toTallies(rows), { patterns: ["/logs/*.jsonl"], atLeast: 100 })).toMatchObject([
      { source: "/logs/*.jsonl", dialect: "", events: 150 },
    ]);
  });

  test("is named by its pattern also where its files were rotated, and by its file where no pattern is left", () => {
    const lines: Lines[] = [{ dialect: "Codex", rejected: { no_question: 60 } }];
    const rotated = { "/logs/a.jsonl": lines, "/logs/a.jsonl.1": lines };
    expect(find(rotated)).toMatchObject([{ source: "/logs/*.jsonl", events: 120 }]);
    expect(find({ "/old/x.jsonl": [{ dialect: "Codex", rejected: { no_question: 120 } }] })).toMatchObject([
      { source: "/old/x.jsonl" },
    ]);
    expect(find({ "/old/x.jsonl": lines, "/old/y.jsonl": lines })).toMatchObject([{ source: "/old/*.jsonl" }]);
  });
});

describe("the alarm while files are followed", () => {
  const open = () => {
    const said: EngineEvent[] = [];
    const alarm = openZeroYield(100, ["/logs/*.jsonl"], (event) => void said.push(event));
    const look = (file: string, lines: readonly Lines[]) =>
      alarm.look({ ...emptyBatch(), tallies: new Map([[file, tallyOf(lines)]]) });
    return { alarm, said, look };
  };
  const barren: Lines[] = [{ dialect: "Codex", rejected: { no_question: 20 } }];

  test("sounds once for many small files, and again only after the source has yielded", () => {
    const { alarm, said, look } = open();
    for (let index = 0; index < 100; index++) look(`/logs/${index}.jsonl`, barren);
    expect(said).toHaveLength(1);
    expect(alarm.now()).toMatchObject([{ dialect: "Codex", events: 2000 }]);
    look("/logs/0.jsonl", [{ dialect: "Codex", taught: 1 }]);
    expect(alarm.now()).toEqual([]);
  });

  test("goes on where it was before a restart, and notices a dialect that stops teaching", () => {
    const { alarm, said, look } = open();
    alarm.remember(stored(many(4, barren)));
    expect(said).toEqual([]);
    look("/logs/9.jsonl", barren);
    expect(said).toMatchObject([{ type: "zero.yield", events: 100 }]);
    const other = open();
    other.alarm.remember(stored({ "/logs/a.jsonl": [{ dialect: "Codex", taught: 5000 }] }));
    look("/logs/a.jsonl", barren);
    for (let index = 0; index < 5; index++) other.look("/logs/a.jsonl", barren);
    expect(other.said).toMatchObject([{ events: 100 }]);
  });
});

test("counts by dialect come back from the store as they went in, and their totals are those of the file", () => {
  const name = fc.constantFrom("Codex", "Claude Code", "none", "query gap", "OTLP");
  const reason = fc.constantFrom(...Object.keys(reasons), "refused_by_rows");
  const lines = fc.uniqueArray(
    fc.record({
      dialect: name,
      taught: fc.nat(50),
      rejected: fc.dictionary(reason, fc.integer({ min: 1, max: 50 }), { maxKeys: 4 }),
    }),
    { selector: ({ dialect }) => dialect },
  );
  fc.assert(
    fc.property(lines, (all) => {
      const tally = tallyOf(all);
      const back = stored({ "/a": all })["/a"];
      expect(back?.events ?? 0).toBe(tally.events);
      expect(new Map(Object.entries(back?.rejected ?? {}))).toEqual(tally.rejected);
      for (const [dialect, { events, rejected }] of tally.dialects) {
        if (events > 0) expect(back?.dialects[dialect]).toEqual({ events, rejected: Object.fromEntries(rejected) });
      }
    }),
  );
});

test("every reason that is counted has its sentence, that of a sink that refused one too", () => {
  for (const word of [...Object.keys(reasons), "refused_by_rows"]) expect(reasonSentence(word)).toMatch(/^[A-Z].+\.$/);
  expect(reasonSentence("refused_by_rows")).toContain("rows");
  expect(Object.keys(reasonSentences({ empty_line: 1, tool_call: 5, summary: 0 }))).toEqual([
    "tool_call",
    "empty_line",
  ]);
});
