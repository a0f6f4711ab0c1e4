import { expect, test } from "vitest";
import { openLogBook } from "../../src/services/observe/log-book.ts";
import { calmView, live, now, service, show } from "./showing.ts";

const three = live([service("api"), service("db"), service("web")]);

function bookOf(lines: readonly (readonly [string, string])[], perService = 1000) {
  const book = openLogBook(perService);
  for (const [name, text] of lines)
    book.push({ service: name, stream: "stdout", at: new Date(now).toISOString(), text });
  return book;
}

test("the cursor stays on its row when rows come and go", () => {
  const shown = show(calmView({ services: three })).keys("2", "j");
  expect(shown.text()).toMatch(/› ● db/);
  shown.next({ services: { ...three, list: [service("aaa"), ...three.list] } });
  expect(shown.text()).toMatch(/› ● db/);
  shown.next({ services: { ...three, list: [service("api")] } });
  expect(shown.text()).toMatch(/› ● api/);
});

test("a command acts on the row, or on all that are marked", () => {
  const shown = show(calmView({ services: three })).keys("2", "G", "r");
  expect(shown.done).toEqual(["run restart web"]);
  shown.keys("g", "space", "space", "r");
  expect(shown.done.at(-1)).toBe("run restart api db");
  shown.keys("esc");
  expect(shown.screen.message).toBeNull();
  shown.keys("esc", "x");
  expect(shown.done.at(-1)).toBe("run stop web");
});

test("what would be lost is named first, and only y does it", () => {
  const shown = show(calmView({ services: three }))
    .keys(":")
    .type("down")
    .keys("enter");
  expect(shown.text()).toContain("Every container is removed.");
  shown.keys("enter", "x", "n");
  expect(shown.done).toEqual([]);
  shown.keys(":").type("down").keys("enter", "y");
  expect(shown.done).toEqual(["run down"]);
});

test("a list is narrowed while one types, by a regular expression or its opposite", () => {
  const shown = show(calmView({ services: three }))
    .keys("2", "/")
    .type("^(api|web)");
  expect(shown.text()).not.toMatch(/● db/);
  shown.keys("enter", "/", "ctrl+u").type("!api").keys("enter");
  expect(shown.text()).not.toMatch(/● api/);
  expect(shown.text()).toMatch(/● db/);
  shown.keys("/").type("zzz").keys("esc");
  expect(shown.text()).toMatch(/filter !api/);
  shown.keys("esc");
  expect(shown.text()).toMatch(/● api/);
  shown.keys("/").type("(").keys("enter");
  expect(shown.text()).toContain("filter ( (as it stands)");
});

test("the palette finds by a few letters, remembers, and asks for what is missing", () => {
  const shown = show(calmView()).keys(":").type("brtr");
  expect(shown.text()).toMatch(/breakers trip/);
  shown.keys("enter");
  expect(shown.screen.prompt?.text).toBe("breakers trip ");
  shown.type("redis").keys("enter");
  expect(shown.done).toEqual(["run breakers trip redis"]);
  shown.keys(":");
  expect(shown.text()).toMatch(/breakers trip redis +again/);
  shown.keys("esc", ":").type("go logs").keys("enter");
  expect(shown.screen.pane).toBe("logs");
  shown.keys(":").type("qqqq").keys("enter");
  expect(shown.screen.message?.text).toContain("There is no command qqqq");
});

test("read-only refuses what changes something, and nothing else", () => {
  const shown = show(calmView({ services: three }), { readOnly: true }).keys("2", "r");
  expect(shown.done).toEqual([]);
  expect(shown.screen.message?.text).toContain("Read-only");
  shown.keys("1", ":").type("status").keys("enter");
  expect(shown.done).toEqual(["run status"]);
});

test("the one thing that needs attention is named with the key that goes there", () => {
  const shown = show(
    calmView({
      services: { ...three, list: [service("api"), service("db", { phase: "crash loop", why: "it ended" })] },
    }),
  );
  expect(shown.rows()[0]).toMatch(/✖ Failing/);
  expect(shown.rows()[2]).toMatch(/db is in a crash loop: it ended +press ! to look/);
  shown.keys("!");
  expect(shown.text()).toMatch(/› ✖ db/);
});

test("nothing that was not measured is shown as if it were", () => {
  const shown = show(
    calmView({
      learned: null,
      breakers: null,
      services: { state: "syncing", why: "", tier: null, list: [], usage: {} },
    }),
  );
  expect(shown.rows()[0]).toMatch(/○ Syncing .*learner unknown/);
  expect(shown.text()).toMatch(/events +–/);
  expect(shown.text()).toMatch(/Breakers syncing/);
  expect(shown.text()).toMatch(/Services syncing/);
});

test("logs follow, hold while one looks back, and follow again at the end", () => {
  const book = bookOf(Array.from({ length: 100 }, (_, at) => ["web", `line ${at} end`] as const));
  const shown = show(calmView(), { book }).keys("5");
  expect(shown.text()).toContain("line 99 end");
  shown.keys("k", "k");
  expect(shown.text()).toContain("held; End follows");
  const before = shown.rows().slice(5);
  book.push({ service: "web", stream: "stdout", at: null, text: "line 100 end" });
  expect(shown.rows().slice(5)).toEqual(before);
  shown.keys("end");
  expect(shown.text()).toContain("line 100 end");
  shown.keys("g");
  expect(shown.text()).toContain("line 0 end");
});

test("a search goes from match to match, in both directions, and round", () => {
  const book = bookOf(
    Array.from({ length: 300 }, (_, at) => ["web", at % 100 === 7 ? `odd ${at} one` : `line ${at}`] as const),
  );
  const shown = show(calmView(), { book }).keys("5", "s").type("odd").keys("enter");
  expect(shown.text()).toContain("odd 207 one");
  shown.keys("N");
  expect(shown.text()).toContain("odd 107 one");
  shown.keys("n", "n");
  expect(shown.text()).toContain("odd 7 one");
});

test("services are muted, heard alone, narrowed by level, time and words, marked and cleared", () => {
  const book = bookOf([
    ["api", "all fine"],
    ["web", "ERROR broken"],
    ["web", '{"level":"debug","msg":"small talk","user":7}'],
  ]);
  const shown = show(calmView(), { book }).keys("5");
  expect(shown.rows()[3]).toMatch(/api 1 +web 2 ✖1/);
  expect(shown.text()).toMatch(/small talk user=7/);
  shown.keys("r");
  expect(shown.text()).toContain('"msg":"small talk"');
  shown.keys("right", "m");
  expect(shown.rows()[3]).toMatch(/api muted/);
  expect(shown.text()).not.toContain("all fine");
  shown.keys("o");
  expect(shown.text()).toContain("all fine");
  expect(shown.text()).not.toContain("broken");
  shown.keys("o", "v", "v", "v");
  expect(shown.text()).toContain("level error");
  expect(shown.text()).not.toContain("all fine");
  shown.keys("v", "space");
  expect(
    shown
      .rows()
      .slice(5)
      .some((row) => /^─+$/.test(row)),
  ).toBe(true);
  shown.keys("x");
  expect(shown.text()).toContain("no lines to show");
  shown.keys("S");
  expect(shown.done.at(-1)).toBe("save ");
});

test("a loud service pushes out only itself, and what was dropped is counted", () => {
  const book = bookOf(
    [["quiet", "still here"], ...Array.from({ length: 500 }, (_, at) => ["loud", `noise ${at}`] as const)],
    100,
  );
  const shown = show(calmView(), { book, size: { columns: 100, rows: 24 } }).keys("5");
  expect(shown.rows()[3]).toMatch(/loud 100 -400 +quiet 1/);
  expect(shown.rows()[4]).toMatch(/ 101 lines · 400 dropped/);
  shown.keys("/").type("still").keys("enter");
  expect(shown.text()).toContain("still here");
});

test("a line of ten megabytes and one of escape sequences are one row each", () => {
  const book = bookOf([
    ["web", "x".repeat(10_000_000)],
    ["web", "\u001b[2J\u001b[H\u001b]0;t\u0007evil\r\nnext"],
  ]);
  const shown = show(calmView(), { book }).keys("5");
  expect(shown.rows()).toHaveLength(24);
  expect(shown.text()).toContain("evil next");
  shown.keys("w");
  expect(shown.rows()).toHaveLength(24);
});

test("a row is copied, and a whole selection", () => {
  const shown = show(calmView({ services: three })).keys("2", "y");
  expect(shown.done.at(-1)).toMatch(/^copy api healthy/);
  shown.keys("space", "space", "y");
  expect(shown.done.at(-1)).toMatch(/^copy api .*\ndb /);
});

test("the tier of the stack stands with the services", () => {
  const shown = show(calmView({ services: { ...three, tier: "full", list: [] } }));
  expect(shown.text()).toMatch(/Services none up · tier full/);
});
