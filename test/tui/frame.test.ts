import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openLogBook } from "../../src/services/observe/log-book.ts";
import { clean } from "../../src/tui/clean.ts";
import { paintLine } from "../../src/tui/paint.ts";
import { panes } from "../../src/tui/pane-table.ts";
import { themeNames, themes } from "../../src/tui/theme.ts";
import { widthOf } from "../../src/tui/width.ts";
import { calmView, live, service, show } from "./showing.ts";

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 100, rows: 30 },
  { columns: 160, rows: 45 },
  { columns: 200, rows: 60 },
  { columns: 20, rows: 5 },
  { columns: 1, rows: 1 },
];
const hostile = fc.string({
  unit: fc.constantFrom("\u001b[2J", "\u0007", "漢", "é", "a", " ", "\t", "\u202e", "😀", "\n"),
  maxLength: 60,
});
const number = fc.option(fc.double({ min: 0, max: 1e13, noNaN: true }));
const services = fc.array(
  fc.record({
    name: hostile,
    why: hostile,
    cpu: number,
    memory: number,
    phase: fc.constantFrom("running", "crash loop", "unknown", "backoff"),
  }),
  { maxLength: 200 },
);

describe("whatever there is to see, a frame is as many rows as the terminal has, and none is wider", () => {
  test.each(sizes)("on $columns by $rows", (size) => {
    fc.assert(
      fc.property(services, fc.constantFrom(...panes), hostile, (list, pane, line) => {
        const view = calmView({
          services: live(
            list.map(({ name, why, cpu, memory, phase }) =>
              service(name, { why, cpuPercent: cpu, memoryBytes: memory, phase: phase as never }),
            ),
            Object.fromEntries(
              list.map(({ name, cpu, memory }) => [
                name,
                { cpuPercent: [cpu ?? 0, cpu ?? 1], memoryBytes: memory === null ? [] : [memory] },
              ]),
            ),
          ),
        });
        const book = openLogBook(100);
        book.push({ service: line, stream: "stdout", at: null, text: line });
        const shown = show(view, { size, book }).keys(pane.key);
        const rows = shown.rows();
        expect(rows).toHaveLength(size.rows);
        for (const theme of themeNames) {
          for (const row of rows) {
            const painted = paintLine([{ text: row, tone: "plain" }], size.columns, {
              theme: themes[theme],
              ascii: false,
              plain: false,
            });
            expect(widthOf(clean(painted))).toBeLessThanOrEqual(size.columns);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

test("a number that changes moves nothing else", () => {
  const before = show(calmView()).rows();
  const view = calmView();
  const after = show(
    calmView({ learned: view.learned === null ? null : { ...view.learned, events: 99_999, lessons: 7 } }),
  ).rows();
  const changed = before.flatMap((row, at) => (row === after[at] ? [] : [[row, after[at] ?? ""] as const]));
  expect(changed).toHaveLength(2);
  for (const [was, is] of changed) expect(was.replace(/[\d,]+/, (digits) => digits.padStart(0)).length).toBe(is.length);
});

test("two hundred services scroll, and the chosen one is always in sight", () => {
  const list = Array.from({ length: 200 }, (_, at) => service(`service-${String(at).padStart(3, "0")}`));
  const shown = show(calmView({ services: live(list) })).keys("2", "G");
  expect(shown.text()).toMatch(/› ● service-199/);
  shown.keys("pageup", "pageup");
  expect(shown.text()).toMatch(/› ● service-1\d\d/);
  shown.keys("g");
  expect(shown.text()).toMatch(/› ● service-000/);
});

test("a mono theme has no colours, and every theme marks what is chosen", () => {
  expect(Object.values(themes.mono).join(";")).not.toMatch(/\b([349][0-7]|10[0-7])\b/);
  for (const name of themeNames) expect(themes[name].chosen).not.toBe("");
});
