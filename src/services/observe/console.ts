import type { Config } from "../../engine/config.ts";
import { msToBeat, pause } from "../../engine/pause.ts";
import type { Action } from "../action.ts";
import { lookAtHold } from "../hold.ts";
import { patternsOf } from "../learner.ts";
import { type EmitAll, embeddedFile, openStack, type Stack } from "../stack.ts";
import type { CommandRun, LogLine } from "../supervisor/state.ts";
import { foldRun } from "./command-log.ts";
import { farewellOf } from "./farewell.ts";
import { firstView } from "./first-view.ts";
import { change, foldEvent, happen } from "./fold.ts";
import { openHomeWatch } from "./home-watch.ts";
import { learnerActions } from "./learner-actions.ts";
import { type LearnerLife, openLearnerLife } from "./learner-life.ts";
import { type Live, openLive } from "./live.ts";
import { type LogBook, openLogBook } from "./log-book.ts";
import { openLooks, openReports } from "./looks.ts";
import { addSecond, isAtRest } from "./rates.ts";
import { followTelemetry } from "./telemetry-log.ts";
import { toldOf } from "./told.ts";
import type { LearnedView, ServicesView } from "./view.ts";

const beatMs = 1000;
const soonMs = 100;
const patienceMs = 3000;

/** Everything the console shows of one home, kept up to date; it learns there itself when nobody else does. */
export interface Console {
  readonly live: Live;
  readonly logs: LogBook;
  readonly learner: LearnerLife;
  /** What can be done with this console alone. */
  readonly actions: readonly Action[];
  /** Opens a stack for something the user asks for: what it does and runs is shown. */
  openStack(config: Config): Stack;
  /** What goes on and what ends when it is closed now, as sentences. */
  farewell(): readonly string[];
  /** Starts looking, and learning. */
  start(): Promise<void>;
  close(): Promise<void>;
}

interface Second {
  events: number;
  lessons: number;
}

/** Opens the console of a home; opening starts nothing. */
export function openConsole(config: Config): Console {
  const live = openLive(firstView(config, new Date().toISOString()));
  const logs = openLogBook(config.values["tui.logLines"], config.values["tui.logCharacters"]);
  const stack = openStack(config, () => undefined);
  const second: Second = { events: 0, lessons: 0 };
  const closing = new AbortController();
  let beats = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let soon: NodeJS.Timeout | null = null;
  let known: LearnedView | null = null;

  const refresh = async () => {
    if (soon) clearTimeout(soon);
    soon = null;
    lookedAt = performance.now();
    await looks.look();
    reports();
  };
  // What happened shows soon, and at most once a second where much happens.
  const refreshSoon = () => {
    if (closing.signal.aborted) return;
    soon ??= setTimeout(() => void refresh(), Math.max(soonMs, lookedAt + beatMs - performance.now()));
  };

  const emit: EmitAll = (event) => {
    const at = new Date().toISOString();
    refreshSoon();
    if (event.type === "batch.taken" && event.sink === "rows") {
      second.events += event.events;
      second.lessons += event.lessons;
    }
    const told = toldOf(event);
    if (told !== null) {
      const lead = told.level === "bad" ? "ERROR " : told.level === "warn" ? "WARN " : "";
      logs.push({ service: sayer(event.type), stream: "stderr", at, text: `${lead}${told.text}` });
    }
    live.update((view) => foldEvent(view, at, event));
  };

  const onRun = (run: CommandRun) => live.update((view) => foldRun(view, run));
  const onServer = config.values["store.kind"] === "postgres";
  const watch = openHomeWatch([config.home, ...(onServer ? [] : [embeddedFile(config)])]);
  const learner = openLearnerLife({
    config,
    command: "aistack tui",
    emit,
    say(by) {
      if (by.state === "here") watch.begin();
      refreshSoon();
      live.update((view) => {
        const next = change(view, { learner: { ...view.learner, ...by } });
        if (by.state === undefined || by.state === view.learner.state) return next;
        const said = learnerSaid(next.learner.state, next.learner.why);
        return happen(next, new Date().toISOString(), { type: "learner", ...said });
      });
    },
  });

  let telemetry: ReturnType<typeof followTelemetry> | null = null;
  const looks = openLooks(stack, live);
  const reports = openReports(config, live);
  let watching: Promise<void> = Promise.resolve();
  let beating: NodeJS.Timeout | null = null;
  const goOn = () => {
    beating = setTimeout(() => {
      void beat();
      goOn();
    }, msToBeat(beatMs));
  };

  const watchStack = async () => {
    const { watchContainers } = await import("./containers.ts");
    const readers = {
      show: (services: ServicesView) => live.update((view) => change(view, { services })),
      say: emit,
      onLine(line: LogLine) {
        logs.push(line);
        live.touch();
      },
    };
    await watchContainers(openStack(config, emit, onRun), readers, { signal: closing.signal });
  };

  // What is written to a home that was removed is in no file any more, and must not look as if it were.
  const watchHome = async () => {
    const gone = learner.running ? watch.gone() : null;
    if (gone === null) return;
    looks.forget();
    live.update((view) => change(view, { learned: null }));
    await learner.cut(`${gone} is not there any more`);
  };

  const beat = async () => {
    await watchHome();
    const { rates, pressure, learned } = live.view();
    if (!learner.running && learned !== null) {
      // What another process learned shows in what the store has more of.
      second.events = known === null ? 0 : Math.max(0, learned.events - known.events);
      second.lessons = known === null ? 0 : Math.max(0, learned.lessons - known.lessons);
    }
    known = learned;
    const quiet = second.events === 0 && second.lessons === 0;
    if (!quiet || !isAtRest(rates)) {
      const measured = { ...second, backlogBytes: pressure.backlogBytes };
      live.update((view) => change(view, { rates: addSecond(view.rates, measured) }));
    }
    Object.assign(second, { events: 0, lessons: 0 });
    if (!learner.running) watchOther(config, live);
    beats++;
    if (!learner.running && beats % 3 === 0) await refresh();
    else if (!learner.running || beats % 3 === 0) reports();
  };

  return {
    live,
    logs,
    learner,
    actions: learnerActions(learner),
    openStack: (asked) => openStack(asked, emit, onRun),
    farewell: () => farewellOf(live.view()),
    async start() {
      telemetry = followTelemetry(
        () => patternsOf(config, []),
        (line) => {
          logs.push(line);
          live.touch();
        },
      );
      telemetry.look();
      await refresh();
      await learner.start();
      watching = watchStack();
      goOn();
    },
    async close() {
      closing.abort();
      if (beating) clearTimeout(beating);
      if (soon) clearTimeout(soon);
      telemetry?.close();
      // A Podman that hangs must not keep the user's terminal.
      const patience = new AbortController();
      await Promise.all([learner.stop(), Promise.race([watching, pause(patienceMs, { signal: patience.signal })])]);
      patience.abort();
      await looks.idle();
      live.close();
      await stack[Symbol.asyncDispose]();
    },
  };
}

function sayer(type: string): string {
  return /^(stack|service|podman)\./.test(type) ? "supervisor" : "learner";
}

function learnerSaid(state: string, why: string): { level: "good" | "warn" | "bad"; text: string } {
  if (state === "failed") return { level: "bad", text: `the learner stopped: ${why}` };
  if (state === "stopped") return { level: "warn", text: "the learner stopped" };
  return { level: "good", text: state === "here" ? "the learner runs in this console" : "another process learns here" };
}

// Whoever else learns here may begin or end at any time.
function watchOther(config: Config, live: Live): void {
  const held = lookAtHold(config.home);
  const { learner } = live.view();
  if (held?.pid === learner.pid && learner.state === "elsewhere") return;
  if (held && learner.state !== "here") {
    const found = { state: "elsewhere", pid: held.pid, command: held.command, since: held.since, why: "" } as const;
    live.update((view) => change(view, { learner: { ...view.learner, ...found } }));
  } else if (!held && learner.state === "elsewhere") {
    const found = { state: "stopped", pid: null, command: "", since: null, why: "" } as const;
    live.update((view) => change(view, { learner: { ...view.learner, ...found } }));
  }
}
