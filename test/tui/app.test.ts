import { setImmediate } from "node:timers/promises";
import { render } from "ink-testing-library";
import { createElement } from "react";
import { expect, onTestFinished, test, vi } from "vitest";
import { type LogBook, openLogBook } from "../../src/services/observe/log-book.ts";
import type { View } from "../../src/services/observe/view.ts";
import { App, type Handles } from "../../src/tui/app.tsx";
import type { Deed } from "../../src/tui/facts.ts";
import { bindKeys } from "../../src/tui/keys.ts";
import { allKeys, allScreenCommands } from "../../src/tui/pane-table.ts";
import { freshScreen } from "../../src/tui/screen.ts";
import { until } from "../engine/telemetry/writing.ts";
import { actionRows, calmView, live, service } from "./showing.ts";

const columns = 100;
const rows = 30;

interface Shown {
  /** The rows of the newest frame, without colours and blanks at their ends. */
  rows(): string[];
  text(): string;
  frames(): number;
  see(words: RegExp): Promise<void>;
  type(text: string): void;
  resize(rows: number): void;
  /** Gives the screen another snapshot, or only says that something may have changed. */
  tell(next?: View): void;
  listeners(): number;
  close(): void;
  readonly done: readonly Deed[];
  readonly handles: () => Handles;
}

interface Options {
  readonly book?: LogBook;
  readonly keys?: readonly string[];
  readonly screenReader?: boolean;
  readonly mono?: boolean;
}

async function open(view: View, { book = openLogBook(100), keys = [], ...options }: Options = {}): Promise<Shown> {
  const listeners = new Set<() => void>();
  const done: Deed[] = [];
  let opened: Handles | null = null;
  const source = {
    view: () => view,
    logs: book,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const instance = render(
    createElement(App, {
      source,
      first: freshScreen("overview", "dark"),
      tables: {
        keys: bindKeys(allKeys, keys),
        commands: allScreenCommands,
        actions: actionRows,
        custom: [],
        readOnly: false,
      },
      ascii: false,
      mono: options.mono ?? false,
      screenReader: options.screenReader ?? false,
      act: (deed) => void done.push(deed),
      onOpen(handles) {
        opened = handles;
      },
    }),
  );
  onTestFinished(() => instance.cleanup());
  const resize = (to: number) => {
    Object.defineProperty(instance.stdout, "rows", { value: to, configurable: true });
    instance.stdout.emit("resize");
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  const plain = () => (instance.lastFrame() ?? "").replace(/\u001b\[[\d;]*m/g, "");
  const shown: Shown = {
    rows: () =>
      plain()
        .split("\n")
        .map((row) => row.trimEnd()),
    text: plain,
    frames: () => instance.frames.length,
    see: (words) => until(() => words.test(plain())),
    type: (text) => instance.stdin.write(text),
    resize,
    tell(next = view) {
      view = next;
      for (const listener of listeners) listener();
    },
    listeners: () => listeners.size,
    close: () => instance.unmount(),
    done,
    handles() {
      if (opened === null) throw new Error("the screen was not opened");
      return opened;
    },
  };
  resize(rows);
  await until(() => listeners.size === 1 && opened !== null && (options.screenReader || shown.rows().length === rows));
  return shown;
}

test("the whole screen is drawn, and no row is wider than it", async () => {
  const shown = await open(calmView());
  expect(shown.rows()).toHaveLength(rows);
  expect(Math.max(...shown.rows().map(({ length }) => length))).toBeLessThanOrEqual(columns);
  expect(shown.rows()[0]).toMatch(/^ aistack {3}● All well /);
});

test("keys go to the screen one by one, also when they come in one piece", async () => {
  const shown = await open(calmView({ services: live([service("api"), service("web")]) }));
  shown.type("2jx");
  await until(() => shown.done.length > 0);
  expect(shown.done).toEqual([{ do: "run", line: "stop web" }]);
  await shown.see(/› ● web/);
});

test("a key of the user's own does what the key before did", async () => {
  const shown = await open(calmView(), { keys: ["quit=Q"] });
  shown.type("q");
  shown.type("Q");
  await until(() => shown.done.length > 0);
  expect(shown.done).toEqual([{ do: "quit" }]);
});

test("pasted text becomes one line of the prompt, and runs nothing by itself", async () => {
  const shown = await open(calmView());
  shown.type(":");
  await shown.see(/command/);
  shown.type("\u001b[200~pause of\nthe day\r\u001b[201~");
  await shown.see(/pause of the day/);
  expect(shown.done).toEqual([]);
});

test("another snapshot is drawn at once, and the same one not again", async () => {
  const view = calmView();
  const shown = await open(view);
  shown.tell({ ...view, verdict: { level: "bad", text: "Failing" } });
  await shown.see(/✖ Failing/);
  const drawn = shown.frames();
  for (let turn = 0; turn < 50; turn++) shown.tell();
  shown.type("2");
  await shown.see(/no services/);
  expect(shown.frames()).toBeLessThanOrEqual(drawn + 2);
});

test("log lines draw nothing where no log is shown, and errors are unread until somebody looks", async () => {
  const book = openLogBook(100);
  const shown = await open(calmView(), { book });
  const drawn = shown.frames();
  for (let line = 0; line < 50; line++) {
    book.push({ service: "web", stream: "stderr", at: null, text: `ERROR ${line} broke` });
    shown.tell();
  }
  expect(book.sources()).toMatchObject([{ name: "web", unread: 50 }]);
  expect(shown.frames()).toBe(drawn);
  shown.type("5");
  await shown.see(/ERROR 49 broke/);
  await until(() => book.sources()[0]?.unread === 0);
  book.push({ service: "web", stream: "stdout", at: null, text: "line one more" });
  shown.tell();
  await shown.see(/line one more/);
});

test("a screen that is resized is drawn for its new size, and says so when it is too small", async () => {
  const shown = await open(calmView());
  shown.resize(24);
  await until(() => shown.rows().length === 24);
  shown.resize(5);
  await shown.see(/80 by 24 are needed/);
  shown.resize(rows);
  await shown.see(/Backpressure/);
});

test("whoever opened the screen can change it, and closing it leaves nobody listening", async () => {
  const shown = await open(calmView());
  shown.handles().change((screen) => ({ ...screen, message: { text: "saved to there", level: "good" } }));
  await shown.see(/saved to there/);
  shown.close();
  await until(() => shown.listeners() === 0);
});

test.each(["good", "unknown", "warn", "bad"] as const)(
  "a word that is %s makes room for the keys by itself only when nothing has to be done about it",
  async (level) => {
    const shown = await open(calmView());
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    shown.handles().change((screen) => ({ ...screen, message: { text: "what was said", level } }));
    while (!shown.text().includes("what was said")) await setImmediate();
    vi.advanceTimersByTime(5900);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(shown.text()).toContain("what was said");
    vi.advanceTimersByTime(60_000);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    const isOver = level === "good" || level === "unknown";
    expect([shown.text().includes("what was said"), shown.text().includes("? help")]).toEqual([!isOver, isOver]);
  },
);

test("a screen reader is told a changed verdict, and not every number", async () => {
  const view = calmView();
  const shown = await open(view, { screenReader: true });
  await shown.see(/All well/);
  const drawn = shown.frames();
  for (let turn = 0; turn < 20; turn++) shown.tell({ ...view, rates: { ...view.rates, events: [turn] } });
  expect(shown.frames()).toBe(drawn);
  shown.tell({ ...view, verdict: { level: "bad", text: "Failing" } });
  await shown.see(/Failing/);
  expect(shown.text()).not.toMatch(/[─│●▁-█]/);
});
