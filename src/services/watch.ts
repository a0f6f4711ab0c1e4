import { dirname } from "node:path";
import { openDiskGuard } from "../engine/disk-guard.ts";
import type { Engine } from "../engine/engine.ts";
import { Failure, messageOf } from "../engine/errors.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { Guards } from "../engine/guards/guards.ts";
import { markIntake } from "../engine/intake.ts";
import { pauseToBeat } from "../engine/pause.ts";
import type { Paused } from "../engine/shapes.ts";
import type { Sink } from "../engine/stores/store.ts";
import { readUserPause } from "../engine/user-pause.ts";
import { openReport } from "./report.ts";
import type { Stack } from "./stack.ts";

const freshMs = 250;
const reportMs = 1000;

/** Watches what an engine cannot see from inside: the disk, the user's own pause, and who wants to know about it. */
export interface Watch {
  /** Why nothing may be taken right now, or null; a user's pause is at most a quarter of a second old. */
  held(): Failure | null;
  /** Hears what the engine says, so that producers are told at once when intake pauses. */
  hear(event: EngineEvent): void;
  /** Watches an engine until the signal asks to stop, and reports about once a second; leaves a last report. */
  run(engine: Engine, sinks: readonly Sink[], options: { readonly signal: AbortSignal }): Promise<void>;
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1e6)} MB`;
}

/** Opens the watch of a learner, after a first look, so that nothing is taken that should not be. */
export async function openWatch(stack: Stack, guards: Pick<Guards, "states">): Promise<Watch> {
  const { config, emit } = stack;
  const { home, values } = config;
  const minFreeBytes = values["disk.minFreeBytes"];
  const resumeBytes = values["backpressure.pauseBytes"] * values["backpressure.resumeShare"];
  const disk = openDiskGuard([home, dirname(stack.datasetFile)], minFreeBytes, emit);
  let paused: Paused | null = null;
  let why: Failure | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isDue = false;
  let wake = () => undefined;

  const look = () => {
    lookedAt = performance.now();
    const before = paused;
    paused = readUserPause(home);
    if (paused !== null && before === null) emit({ type: "learning.paused", why: paused.why });
    if (paused === null && before !== null) emit({ type: "learning.resumed" });
    why =
      paused !== null ? pausedFailure(paused) : disk.stopped() ? diskFull(disk.freeBytes() ?? 0, minFreeBytes) : null;
  };

  await disk.look();
  look();
  return {
    held() {
      if (performance.now() - lookedAt > freshMs) look();
      return why;
    },
    hear({ type }) {
      if (type !== "pressure.changed") return;
      isDue = true;
      wake();
    },
    async run(engine, sinks, { signal }) {
      const report = openReport({ home, engine, sinks, guards, disk, minFreeBytes, resumeBytes, paused: () => paused });
      let said = "";
      const attempt = async (work: () => Promise<void> | void) => {
        try {
          await work();
        } catch (error) {
          const text = messageOf(error);
          if (text !== said) emit({ type: "report.failed", why: text });
          said = text;
        }
      };
      let marked = false;
      const mark = () => {
        const { pressure } = engine;
        const now = pressure.paused() && !signal.aborted;
        if (now === marked) return;
        const since = pressure.since() ?? new Date().toISOString();
        markIntake(home, now ? { since, backlogBytes: pressure.backlogBytes(), resumeBytes } : null);
        marked = now;
      };
      await attempt(() => markIntake(home, null));
      const rest = async () => {
        const early = new AbortController();
        wake = () => void early.abort();
        if (!isDue) await pauseToBeat(reportMs, { signal: AbortSignal.any([signal, early.signal]) });
      };
      while (!signal.aborted) {
        isDue = false;
        await attempt(mark);
        await disk.look();
        look();
        await attempt(report.look);
        await rest();
      }
      await attempt(mark);
      await attempt(report.look);
    },
  };
}

/** The failure that learning is paused by hand. */
export function pausedFailure({ since, why }: Paused): Failure {
  return new Failure("held", {
    what: "Nothing is learned now",
    why: `learning is paused by hand since ${since}${why === "" ? "" : `: ${why}`}`,
    hint: "Type: aistack resume",
  });
}

function diskFull(freeBytes: number, minFreeBytes: number): Failure {
  return new Failure("full", {
    what: "Learning has stopped before the disk is full",
    why: `${megabytes(freeBytes)} are free, ${megabytes(minFreeBytes)} must stay free (disk.minFreeBytes)`,
    hint: "Make room there and it goes on by itself; or type: aistack config set disk.minFreeBytes BYTES",
  });
}
