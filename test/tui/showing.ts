import { openConfig } from "../../src/engine/config.ts";
import { actions } from "../../src/services/actions.ts";
import { firstView } from "../../src/services/observe/first-view.ts";
import { change, happen } from "../../src/services/observe/fold.ts";
import { type LogBook, openLogBook } from "../../src/services/observe/log-book.ts";
import type { ServicesView, View } from "../../src/services/observe/view.ts";
import type { ServiceState } from "../../src/services/supervisor/state.ts";
import type { ActionRow, CustomCommand, Facts } from "../../src/tui/facts.ts";
import { frame, paneSize } from "../../src/tui/frame.ts";
import { helpLines } from "../../src/tui/help.ts";
import type { KeyRow } from "../../src/tui/keys.ts";
import { textOf } from "../../src/tui/line.ts";
import { filtered } from "../../src/tui/list.ts";
import { openLogSelection } from "../../src/tui/log-select.ts";
import type { Size } from "../../src/tui/pane.ts";
import { allKeys, allScreenCommands, paneNamed } from "../../src/tui/pane-table.ts";
import { press } from "../../src/tui/press.ts";
import { freshScreen, listOf, type Screen } from "../../src/tui/screen.ts";
import { unicodeSigns } from "../../src/tui/signs.ts";

/** A moment all tests agree on. */
export const now = Date.parse("2026-03-01T12:00:00Z");

/** A snapshot in which everything has been measured and is well. */
export function calmView(by: Partial<View> = {}): View {
  const view = firstView(openConfig({ home: "/nowhere/home" }, {}), new Date(now).toISOString());
  const at = new Date(now - 90_000).toISOString();
  return change(view, {
    learner: { ...view.learner, state: "here", pid: 1 },
    sinks: view.sinks.map((sink) => ({ ...sink, lagBytes: 0, checkpointAt: at })),
    learned: {
      events: 1000,
      lessons: 120,
      duplicates: 3,
      rejected: { no_answer: 877 },
      reasons: { no_answer: "A question that got no answer." },
      sources: [],
      barren: [],
      pairs: 120,
      readyPairs: 1000,
      highValue: 10,
      proposals: 0,
      badLines: 0,
      vectors: 120,
      model: "lexical",
    },
    pressure: { ...view.pressure, backlogBytes: 0, paused: false },
    breakers: [],
    services: live([]),
    ...by,
  });
}

/** One service as Podman shows it. */
export function service(name: string, by: Partial<ServiceState> = {}): ServiceState {
  return {
    name,
    image: `example/${name}:1`,
    container: `x-${name}`,
    wanted: true,
    phase: "running",
    health: "healthy",
    startedAt: new Date(now - 3_600_000).toISOString(),
    exitCode: null,
    restarts: 0,
    cpuPercent: 1.5,
    memoryBytes: 50_000_000,
    memoryLimitBytes: 500_000_000,
    ports: ["127.0.0.1:80->80/tcp"],
    dependsOn: [],
    breaker: null,
    why: "",
    ...by,
  };
}

/** The services of a stack that Podman answers for. */
export function live(list: readonly ServiceState[], usage: ServicesView["usage"] = {}): ServicesView {
  return { state: "live", why: "", tier: null, list, usage };
}

/** The program's actions as the screen knows them. */
export const actionRows: readonly ActionRow[] = actions.map(({ name, sentence, reads, args }) => ({
  name,
  sentence,
  reads,
  usage: "",
  losing: name === "down" ? "Every container is removed." : "",
  takesMany: args.some(({ positional, type }) => positional === true && type === "list"),
  needsWord: args.some(({ positional, required }) => positional === true && required === true),
}));

/** The screen without a terminal: keys go in, rows come out. */
export function show(
  view: View,
  {
    size = { columns: 80, rows: 24 },
    book = openLogBook(1000),
    readOnly = false,
    custom = [],
    rows,
    keys = allKeys,
  }: {
    size?: Size;
    book?: LogBook;
    readOnly?: boolean;
    custom?: readonly CustomCommand[];
    rows?: Facts["actions"];
    keys?: readonly KeyRow[];
  } = {},
) {
  let screen: Screen = freshScreen("overview", "dark");
  const selection = openLogSelection(book);
  const done: string[] = [];
  const factsOf = (): Facts => {
    const pane = paneNamed(screen.pane);
    const facts: Facts = {
      view,
      size: paneSize(size),
      items: filtered(pane.items?.(view) ?? [], listOf(screen, pane.name).filter),
      lines: selection.select(screen.log, now),
      sources: book.sources(),
      newestLine: book.newest,
      helpRows: 0,
      helpFilter: listOf(screen, "help").filter,
      keys,
      commands: allScreenCommands,
      actions: rows ?? actionRows,
      custom,
      readOnly,
    };
    return { ...facts, helpRows: helpLines(facts).length };
  };
  return {
    get screen() {
      return screen;
    },
    /** What was asked of the screen's owner, in words. */
    done,
    keys(...names: string[]) {
      for (const name of names) {
        const outcome = press(screen, name, factsOf());
        screen = outcome.screen;
        for (const deed of outcome.deeds)
          done.push(
            ...("line" in deed
              ? [deed.line, ...(deed.then ?? [])].map((line) => `run ${line}`)
              : ["text" in deed ? `${deed.do} ${deed.text}` : deed.do]),
          );
      }
      return this;
    },
    type(text: string) {
      return this.keys(...[...text].map((one) => (one === " " ? "space" : one)));
    },
    rows() {
      const facts = factsOf();
      return frame(screen, facts, { size, signs: unicodeSigns, now, help: helpLines(facts) }).map(textOf);
    },
    text() {
      return this.rows().join("\n");
    },
    /** Changes the screen as its owner does. */
    set(by: Partial<Screen>) {
      screen = { ...screen, ...by };
      return this;
    },
    next(by: Partial<View>) {
      view = change(view, by);
      return this;
    },
    happen(text: string) {
      view = happen(view, new Date(now).toISOString(), { type: "test", level: "warn", text });
      return this;
    },
  };
}
