import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openLogBook } from "../../../src/services/observe/log-book.ts";
import { levelOf } from "../../../src/services/observe/log-level.ts";
import { until } from "../../engine/telemetry/writing.ts";

const line = (service: string, text: string) => ({ service, stream: "stdout" as const, at: null, text });

test("every service keeps its newest lines, in the order they came, and counts what it dropped", () => {
  const pushes = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("fine", "ERROR", "more")), {
    maxLength: 400,
  });
  const bounds = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100 }));
  fc.assert(
    fc.property(pushes, bounds, fc.nat(400), (all, [kept, characters], after) => {
      const book = openLogBook(kept, characters);
      const model = new Map<string, { id: number; text: string }[]>();
      const newest = (lines: { id: number; text: string }[]) => {
        const from = lines.findLastIndex(
          (_, at) =>
            lines.length - at > kept ||
            lines
              .slice(at)
              .map(({ text }) => text)
              .join("").length > characters,
        );
        return lines.slice(Math.min(from + 1, lines.length - 1));
      };
      all.forEach(([service, text], at) => {
        book.push(line(service, text));
        model.set(service, [...(model.get(service) ?? []), { id: at + 1, text }]);
      });
      const expected = [...model.values()].flatMap(newest).toSorted((a, b) => a.id - b.id);
      expect(book.after(0).map(({ id, text }) => ({ id, text }))).toEqual(expected);
      expect(book.after(after).map(({ id }) => id)).toEqual(expected.map(({ id }) => id).filter((id) => id > after));
      for (const { name, lines, dropped, unread } of book.sources()) {
        const own = model.get(name) ?? [];
        expect([lines, dropped]).toEqual([newest(own).length, own.length - newest(own).length]);
        expect(unread).toBe(own.filter(({ text }) => text === "ERROR").length);
      }
    }),
  );
});

test("long lines push out older ones by their length, and what is out is let go", () => {
  setFlagsFromString("--expose-gc");
  const collect = () => Reflect.apply(runInNewContext("gc"), undefined, []);
  const book = openLogBook(5000, 1_000_000);
  const push = (many: number) => {
    for (let at = 0; at < many; at++) book.push(line("a", Buffer.alloc(10_000, `line ${at} `).toString()));
  };
  push(200);
  collect();
  const before = process.memoryUsage().heapUsed;
  push(900);
  collect();
  expect(book.sources()).toMatchObject([{ lines: 100, dropped: 1000 }]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
});

test("errors count as unread until they were looked at", () => {
  const book = openLogBook(10);
  book.push(line("a", "ERROR one"));
  book.push(line("b", "ERROR two"));
  book.seen(["a"]);
  expect(book.sources().map(({ name, unread }) => [name, unread])).toEqual([
    ["a", 0],
    ["b", 1],
  ]);
});

test("of a line of ten megabytes the beginning is kept, and how much more there was", () => {
  const book = openLogBook(10);
  book.push(line("a", "x".repeat(10_000_000)));
  const [entry] = book.after(0);
  expect([entry?.text.length, entry?.cut]).toEqual([16_384, 10_000_000 - 16_384]);
});

test("a service that writes lines of megabytes takes no more memory than what is kept of them", async () => {
  setFlagsFromString("--expose-gc");
  const collect = () => Reflect.apply(runInNewContext("gc"), undefined, []);
  collect();
  const used = () => process.memoryUsage().heapUsed + process.memoryUsage().external;
  const before = used();
  const book = openLogBook(100);
  for (let at = 0; at < 100; at++) book.push(line("a", Buffer.alloc(2_000_000, `line ${at} `).toString()));
  // Buffers go a little later than what held them.
  await until(() => {
    collect();
    return used() - before < 20_000_000;
  });
  expect(book.after(0)).toHaveLength(100);
});

test.each([
  ['{"level":"error","msg":"no error word needed"}', "error"],
  ['{"severity":"WARNING"}', "warn"],
  ['{"level":20,"msg":"ERROR in words only"}', "debug"],
  ['{"query":"why does this error say failed","response":"an exception"}', "info"],
  ['{"msg":"connection failed"}', "error"],
  ['{"msg":"served","error":"refused"}', "error"],
  ['{"msg":"served","error":null,"err":{}}', "info"],
  ["2026-01-01 ERROR: disk", "error"],
  ["Traceback (most recent call last):", "error"],
  ["WARN slow", "warn"],
  ["DEBUG details", "debug"],
  ["terror is no error level word by itself", "error"],
  ["all is well", "info"],
] as const)("the level of %j is %s", (text, level) => {
  expect(levelOf(text)).toBe(level);
});
