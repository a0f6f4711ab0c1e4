import { expect, test } from "vitest";
import { type LogEntry, openLogBook } from "../../src/services/observe/log-book.ts";
import { litPattern, logRows } from "../../src/tui/log-line.ts";
import { freshLog } from "../../src/tui/screen.ts";
import { unicodeSigns } from "../../src/tui/signs.ts";
import { calmView, live, now, service, show } from "./showing.ts";

const json = `{"level":"info","msg":"request served","event":"request served","path":"/v1/ask","ms":7}`;

const rowsOf = (entry: LogEntry, log: typeof freshLog, cells: number) =>
  logRows(entry, log, litPattern(log), { cells, signs: unicodeSigns });

function bookOf(lines: readonly string[]) {
  const book = openLogBook(1000);
  for (const text of lines) book.push({ service: "web", stream: "stdout", at: new Date(now).toISOString(), text });
  return book;
}

test("a filter and a search find JSON as it is shown and as it came", () => {
  const book = bookOf([json, "a plain line"]);
  const shown = show(calmView(), { book, size: { columns: 120, rows: 24 } }).keys("5");
  expect(shown.text()).toContain("request served path=/v1/ask ms=7");
  for (const filter of ["path=/v1", '"path":"/v1', "served path="]) {
    shown.keys("/", "ctrl+u").type(filter).keys("enter");
    expect(shown.text()).toMatch(/ 1 lines/);
    expect(shown.text()).toContain("request served path=/v1/ask");
    shown.keys("/", "ctrl+u").type(`!${filter}`).keys("enter");
    expect(shown.text()).toContain("a plain line");
    expect(shown.text()).not.toContain("request served");
  }
  shown.keys("esc", "s").type("ms=7$").keys("enter");
  expect(shown.screen.log.hit).toBe(1);
  shown.keys("r", "/").type("path=/v1").keys("enter");
  expect(shown.text()).toContain("no lines to show");
});

test("what a filter or a search found stands out in the line", () => {
  const [entry] = bookOf([json]).after(0);
  if (!entry) throw new Error("no line");
  const matches = (log: Partial<typeof freshLog>) =>
    rowsOf(entry, { ...freshLog, ...log }, 120)
      .flat()
      .flatMap(({ text, tone }) => (tone === "match" ? [text] : []));
  expect(matches({ filter: "v1" })).toEqual(["v1"]);
  expect(matches({ filter: "v1", search: "served|ms" })).toEqual(["served", "ms"]);
  expect(matches({ filter: "!v1" })).toEqual([]);
});

test("wrapped lines keep their columns, and raw shows them as they came", () => {
  const book = bookOf([`{"msg":"long","words":"${"word ".repeat(40)}"}`]);
  const shown = show(calmView(), { book }).keys("5", "w");
  expect(shown.text()).toContain("long words=word word");
  expect(shown.text().match(/word/g)?.length).toBeGreaterThan(40);
  shown.keys("r");
  expect(shown.text()).toContain('{"msg":"long"');
});

test("what is saved or paged is text without escape sequences", () => {
  const shown = show(calmView(), { book: bookOf(["\u001b[32mGET\u001b[0m /index"]) }).keys("5", "P");
  expect(shown.done.at(-1)).toBe(`page ${new Date(now).toISOString()} web GET /index\n`);
});

test("the line that is opened or copied while one looks back stands out, and is shown whole", () => {
  const book = bookOf([
    "one",
    json,
    `long ${"word ".repeat(40)}end`,
    ...Array.from({ length: 30 }, (_, at) => `line ${at}`),
  ]);
  const shown = show(calmView(), { book }).keys("5", "s").type("long").keys("enter", "enter");
  expect(shown.text()).toContain("word end");
  shown.keys("esc", "esc", "g");
  const { log } = shown.screen;
  const bottom = book.after(0).find(({ id }) => id === log.bottom);
  if (!bottom) throw new Error("nothing is held");
  expect(rowsOf(bottom, log, 80).flat()).toContainEqual({ text: "web           ", tone: "chosen" });
  shown.keys("y");
  expect(shown.done.at(-1)).toBe(`copy ${bottom.text}`);
});

test("a line of JSON is opened with a field on each row", () => {
  const shown = show(calmView(), { book: bookOf([json]) }).keys("5", "enter");
  expect(shown.text()).toMatch(/"path": "\/v1\/ask",\n +"ms": 7/);
});

test("a service that is heard alone stays alone whoever else begins to speak, and one goes on to the next", () => {
  const book = openLogBook(100);
  const push = (name: string, text: string) => book.push({ service: name, stream: "stdout", at: null, text });
  push("api", "api speaks");
  push("web", "web speaks");
  const view = calmView({ services: live([service("api"), service("web")]) });
  const shown = show(view, { book, size: { columns: 120, rows: 24 } }).keys("2", "j", "l");
  push("late", "a late one speaks");
  expect(shown.text()).toContain("web speaks");
  expect(shown.text()).not.toMatch(/api speaks|late one/);
  expect(shown.rows()[3]).toMatch(/api muted +late muted +web 1/);
  expect(shown.rows()[4]).toContain("only web");
  shown.keys("left");
  expect(shown.text()).toContain("late one");
  expect(shown.text()).not.toContain("web speaks");
  shown.keys("m");
  expect(shown.text()).toContain("no lines to show");
  shown.keys("o", "o");
  expect(shown.text()).toMatch(/api speaks.*web speaks.*late one/s);
  shown.keys("2", "g", "space", "space", "l");
  expect(shown.text()).toMatch(/api speaks.*web speaks/s);
  expect(shown.text()).not.toContain("late one");
});
