import { expect, test } from "vitest";
import { openLogBook } from "../../src/services/observe/log-book.ts";
import { heard } from "../../src/tui/log-select.ts";
import { freshLog } from "../../src/tui/screen.ts";
import { calmView, live, service, show } from "./showing.ts";

function bookWithErrors() {
  const book = openLogBook(100);
  const push = (name: string, text: string) => book.push({ service: name, stream: "stderr", at: null, text });
  push("api", "all fine");
  push("web", "ERROR one");
  push("web", "ERROR two");
  return { book, push };
}

const view = calmView({ services: live([service("api"), service("web")]) });

test.each([80, 160])(
  "errors that nobody has seen stand beside their service and at the logs' tab, %d wide",
  (columns) => {
    const { book } = bookWithErrors();
    const shown = show(view, { book, size: { columns, rows: 24 } });
    const before = shown.rows()[1];
    expect(before).toMatch(/5✖L/);
    expect(shown.text()).toMatch(/web .*✖2/);
    shown.keys("2");
    expect(shown.text()).toMatch(/● web +healthy +✖2 /);
    expect(shown.text()).toMatch(/● api +healthy +\dh/);
    book.seen(["web"]);
    expect(shown.keys("1").rows()[1]).toBe(before?.replace("5✖", "5 "));
  },
);

test("only what is in sight counts as seen: not a muted service, and nothing while one looks back", () => {
  const { book, push } = bookWithErrors();
  push("api", "ERROR three");
  expect(heard(freshLog, book.sources())).toEqual(["api", "web"]);
  expect(heard({ ...freshLog, muted: new Set(["web"]) }, book.sources())).toEqual(["api"]);
  expect(heard({ ...freshLog, bottom: 1 }, book.sources())).toEqual([]);
  expect(book.unread).toBe(3);
  book.seen(["api"]);
  expect(book.unread).toBe(2);
});
