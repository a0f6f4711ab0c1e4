import type { Config } from "../../engine/config.ts";
import { messageOf } from "../../engine/errors.ts";
import type { EngineEvent } from "../../engine/events.ts";
import type { Store } from "../../engine/stores/store.ts";
import { lookAtHold } from "../hold.ts";
import { patternsOf } from "../learner.ts";
import { openStack, type Stack } from "../stack.ts";
import { firstView } from "./first-view.ts";
import { change, foldEvent, happen } from "./fold.ts";
import { type LearnerLife, openLearnerLife } from "./learner-life.ts";
import { type Live, openLive } from "./live.ts";
import { type LogBook, openLogBook } from "./log-book.ts";
import { lookAtStore } from "./look.ts";
import { addSecond, isAtRest } from "./rates.ts";
import { levelOfEvent, sentenceOf } from "./sentence.ts";
import { followTelemetry } from "./telemetry-log.ts";

const beatMs = 1000;

/** Everything the console shows of one home, kept up to date; it learns there itself when nobody else does. */
export interface Console {
  readonly live: Live;
  readonly logs: LogBook;
  readonly learner: LearnerLife;
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
  const logs = openLogBook(config.values["tui.logLines"]);
  const stack = openStack(config, () => undefined);
  const second: Second = { events: 0, lessons: 0 };
  let changed = true;

  const emit = (event: EngineEvent) => {
    const at = new Date().toISOString();
    changed = true;
    if (event.type === "batch.taken" && event.sink === "rows") {
      second.events += event.events;
      second.lessons += event.lessons;
    }
    const text = sentenceOf(event);
    if (text !== null) {
      const level = levelOfEvent(event) === "bad" ? "ERROR " : levelOfEvent(event) === "warn" ? "WARN " : "";
      logs.push({ service: "engine", stream: "stderr", at, text: `${level}${text}` });
    }
    live.update((view) => foldEvent(view, at, event));
  };

  const learner = openLearnerLife({
    config,
    command: "aistack tui",
    emit,
    say(by) {
      changed = true;
      live.update((view) => {
        const next = change(view, { learner: { ...view.learner, ...by } });
        if (by.state === undefined || by.state === view.learner.state) return next;
        const said = learnerSaid(next.learner.state, next.learner.why);
        return happen(next, new Date().toISOString(), { type: "learner", ...said });
      });
    },
  });

  const telemetry = { follow: null as ReturnType<typeof followTelemetry> | null };
  const looks = openLooks(stack, live);
  let beating: NodeJS.Timeout | null = null;

  const beat = async () => {
    const { rates, pressure } = live.view();
    const quiet = second.events === 0 && second.lessons === 0;
    if (!quiet || !isAtRest(rates)) {
      const measured = { ...second, backlogBytes: pressure.backlogBytes };
      live.update((view) => change(view, { rates: addSecond(view.rates, measured) }));
    }
    Object.assign(second, { events: 0, lessons: 0 });
    if (!learner.running) watchOther(config, live);
    if (learner.running && !changed) return;
    changed = false;
    await looks.look();
  };

  return {
    live,
    logs,
    learner,
    async start() {
      telemetry.follow = followTelemetry(
        () => patternsOf(config, []),
        (line) => {
          logs.push(line);
          live.touch();
        },
      );
      telemetry.follow.look();
      live.update((view) => change(view, { services: { state: "absent", why: "", list: [] }, breakers: [] }));
      await looks.look();
      await learner.start();
      beating = setInterval(() => void beat(), beatMs);
    },
    async close() {
      if (beating) clearInterval(beating);
      telemetry.follow?.close();
      await learner.stop();
      await looks.idle();
      live.close();
      await stack[Symbol.asyncDispose]();
    },
  };
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

/** Looks at the store, one look at a time. */
function openLooks(stack: Stack, live: Live) {
  let store: Store | null = null;
  let looking: Promise<void> | null = null;
  let before = "";
  const look = async () => {
    try {
      store ??= await stack.seen();
      if (store === null) return;
      const found = await lookAtStore(stack, store, live.view());
      const now = JSON.stringify(found);
      if (now !== before) live.update((view) => change(view, found));
      before = now;
    } catch (error) {
      const text = messageOf(error);
      if (text === before) return;
      before = text;
      live.update((view) => happen(view, new Date().toISOString(), { type: "look", level: "bad", text }));
    }
  };
  return {
    look() {
      looking ??= look().finally(() => {
        looking = null;
      });
      return looking;
    },
    async idle() {
      await looking;
    },
  };
}
