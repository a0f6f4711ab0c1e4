import { writeWhole } from "../engine/disk.ts";
import type { DiskGuard } from "../engine/disk-guard.ts";
import type { Engine } from "../engine/engine.ts";
import type { BreakerState } from "../engine/guards/breaker.ts";
import type { Guards } from "../engine/guards/guards.ts";
import type { SinkProgress } from "../engine/progress.ts";
import { openRate, secondsFor } from "../engine/rate.ts";
import type { Paused, Report } from "../engine/shapes.ts";
import type { Sink } from "../engine/stores/store.ts";
import { reportFile } from "./read-report.ts";

/** What a report tells of. */
export interface ReportOptions {
  readonly home: string;
  readonly engine: Engine;
  readonly sinks: readonly Sink[];
  readonly guards: Pick<Guards, "states">;
  readonly disk: DiskGuard;
  readonly minFreeBytes: number;
  /** Backlog below which intake resumes. */
  readonly resumeBytes: number;
  readonly paused: () => Paused | null;
}

/** Writes the live report of an engine; a look that found nothing new writes nothing. */
export function openReport(options: ReportOptions): { look(): Promise<void> } {
  const { home, engine, sinks, guards, disk, minFreeBytes, resumeBytes, paused } = options;
  const rates = engine.progress.map(() => ({ events: openRate(), bytes: openRate() }));
  let last = "";
  let freeBytes: number | null = null;
  let wasStopped = disk.stopped();

  // Free space moves all the time on a disk in use; less than two parts in a hundred of it are no news.
  const freeNow = () => {
    const now = disk.freeBytes();
    const isNews = now === null || freeBytes === null || Math.abs(now - freeBytes) > freeBytes / 50;
    if (isNews || disk.stopped() !== wasStopped) freeBytes = now;
    wasStopped = disk.stopped();
    return freeBytes;
  };

  const sinkOf = (state: SinkProgress, index: number): Report["sinks"][number] => {
    const { name, lagBytes, measured, waiting, events, lessons, duplicates, withdrawn, checkpoints, checkpointAt } =
      state;
    const bytesPerSecond = rates[index]?.bytes.look(state.bytes) ?? 0;
    return {
      name,
      dependency: sinks[index]?.dependency ?? null,
      lagBytes,
      measured,
      waiting,
      events,
      lessons,
      duplicates,
      withdrawn,
      eventsPerSecond: rates[index]?.events.look(events) ?? 0,
      bytesPerSecond,
      // The average still falls while a sink waits; that it would get done at that rate is not so.
      secondsLeft: secondsFor(lagBytes, waiting === "" ? bytesPerSecond : 0),
      checkpoints,
      checkpointAt,
    };
  };

  const pressureOf = (states: Report["sinks"]): Report["pressure"] => {
    const { pressure } = engine;
    const essential = states.filter((_, index) => sinks[index]?.optional === false);
    const [behind] = essential.toSorted((a, b) => b.lagBytes - a.lagBytes);
    const drainBytesPerSecond = behind?.bytesPerSecond ?? 0;
    const backlogBytes = pressure.backlogBytes();
    const toDrain = pressure.paused() ? Math.max(1, backlogBytes - resumeBytes) : backlogBytes;
    return {
      intakePaused: pressure.paused(),
      optionalPutOff: pressure.paused(),
      backlogBytes,
      since: pressure.since(),
      drainBytesPerSecond,
      secondsLeft: secondsFor(toDrain, behind?.waiting === "" ? drainBytesPerSecond : 0),
    };
  };

  return {
    async look() {
      const states = engine.progress.map(sinkOf);
      const seen: Omit<Report, "at"> = {
        schemaVersion: 1,
        pid: process.pid,
        sinks: states,
        sourceBytes: Math.max(0, ...engine.progress.map(({ sourceBytes }) => sourceBytes)),
        pressure: pressureOf(states),
        disk: { freeBytes: freeNow(), minFreeBytes, stopped: disk.stopped() },
        paused: paused(),
        zeroYield: engine.zeroYield().map((one) => ({ ...one, reasons: { ...one.reasons } })),
        breakers: guards.states().map(breakerOf),
      };
      const text = JSON.stringify(seen);
      if (text === last) return;
      await writeWhole(reportFile(home), `${JSON.stringify({ at: new Date().toISOString(), ...seen })}\n`, {
        sync: false,
      });
      last = text;
    },
  };
}

/** A breaker as it is reported: when it may be tried again as a date, which does not change while nothing happens. */
export function breakerOf({ retryAfterMs, ...state }: BreakerState): Report["breakers"][number] {
  const openUntil = state.state === "open" && retryAfterMs !== null ? Date.now() + retryAfterMs : null;
  // Whole tenths of a second, so that looking twice gives the same date.
  const retryAt = openUntil === null ? null : new Date(Math.round(openUntil / 100) * 100).toISOString();
  const openedAt = state.openedAt === null ? null : roundDate(state.openedAt);
  return { ...state, openedAt, retryAt };
}

function roundDate(date: string): string {
  return new Date(Math.round(Date.parse(date) / 100) * 100).toISOString();
}
