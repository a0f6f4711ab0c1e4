import type { CommandRun, ServiceState } from "../supervisor/state.ts";

/** How bad something is; `unknown` until it was measured. */
export type Level = "good" | "warn" | "bad" | "unknown";

/** Who learns, as far as it is known. */
export interface LearnerView {
  /** `here` in this process, `elsewhere` in another one, `stopped` when nobody does. */
  readonly state: "syncing" | "here" | "elsewhere" | "stopped" | "failed";
  readonly pid: number | null;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly since: string | null;
  readonly why: string;
  /** Why it was paused by hand; null when it was not. */
  readonly paused: string | null;
}

/** One sink as it was last measured. */
export interface SinkView {
  readonly name: string;
  readonly optional: boolean;
  readonly lagBytes: number | null;
  readonly checkpointAt: string | null;
  /** Milliseconds the newest checkpoint took; null where only its maker knows. */
  readonly checkpointMs: number | null;
  readonly lessons: number | null;
  /** Why it waits, or an empty string. */
  readonly waiting: string;
}

/** What was learned since the store was made. */
export interface LearnedView {
  readonly events: number;
  readonly lessons: number;
  readonly duplicates: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** The sentence of every reason that was counted. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly sources: readonly SourceView[];
  /** What gave many events and not one lesson: a sentence for each, and a file of it, if there is one. */
  readonly barren: readonly { readonly text: string; readonly item: string }[];
  readonly pairs: number;
  readonly readyPairs: number;
  readonly highValue: number;
  readonly proposals: number;
  readonly badLines: number;
  readonly vectors: number;
  /** The model of the vectors; `lexical` for the built-in one. */
  readonly model: string;
}

/** What one source gave. */
export interface SourceView {
  readonly source: string;
  readonly events: number;
  readonly lessons: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The same by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Whether it taught nothing and belongs to what gave many events and not one lesson. */
  readonly barren: boolean;
}

/** One breaker. */
export interface BreakerView {
  readonly name: string;
  readonly state: "closed" | "open" | "half-open" | "not used";
  /** Failures in a row; null where nothing was ever measured. */
  readonly failures: number | null;
  /** When it lets a trial through, ISO 8601; null unless it is open and not by hand. */
  readonly retryAt: string | null;
  /** Why a person opened it; null when nobody did. */
  readonly tripped: string | null;
  readonly lastError: string;
  readonly lastErrorAt: string | null;
}

/** The backlog and what it does to intake. */
export interface PressureView {
  readonly backlogBytes: number | null;
  readonly paused: boolean | null;
  readonly pauseBytes: number;
  readonly resumeBytes: number;
  /** Bytes a second that are taken; null where only a running learner knows. */
  readonly drainBytesPerSecond: number | null;
  /** Until intake resumes, or else until nothing waits; null when nothing moves. */
  readonly secondsLeft: number | null;
}

/** The disk that learning needs. */
export interface DiskView {
  readonly freeBytes: number | null;
  readonly minFreeBytes: number;
  readonly stopped: boolean;
}

/** What a service used at the newest measurements, the newest last. */
export interface UsageView {
  readonly cpuPercent: readonly number[];
  readonly memoryBytes: readonly number[];
}

/** The containers, or why there are none to see. */
export interface ServicesView {
  /** `absent` where there is no Podman to ask, `failed` where what is to run cannot be read. */
  readonly state: "syncing" | "live" | "absent" | "failed";
  readonly why: string;
  /** How much of the stack this machine carries; null until the stack was read. */
  readonly tier: string | null;
  readonly list: readonly ServiceState[];
  /** By service; nothing for one that was not measured. */
  readonly usage: Readonly<Record<string, UsageView>>;
}

/** One thing that happened. */
export interface HappeningView {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly type: string;
  readonly level: Level;
  readonly text: string;
  /** How often it happened, one time right after the other. */
  readonly times: number;
}

/** The one thing that needs a person, and where to deal with it. */
export interface AttentionView {
  readonly level: "warn" | "bad";
  readonly text: string;
  readonly pane: string;
  /** The row there; an empty string where there is none. */
  readonly item: string;
}

/** A demonstration's own state. */
export interface DemoView {
  readonly speed: number;
  readonly replayed: number;
  /** The faults that are on, by name. */
  readonly faults: readonly string[];
}

/** Events, lessons and bytes a second over the last minute, oldest first; one number a second. */
export interface RatesView {
  readonly events: readonly number[];
  readonly lessons: readonly number[];
  readonly backlog: readonly number[];
}

/** A podman command that was run. */
export interface CommandView extends CommandRun {
  readonly id: number;
  /** As it could be typed into a shell. */
  readonly typed: string;
  /** Whether it only looks, and so is run again and again. */
  readonly looks: boolean;
}

/** Everything there is to see at one moment; never changed, only replaced. Null is what nobody measured yet. */
export interface View {
  readonly home: string;
  readonly dataset: string;
  readonly startedAt: string;
  readonly learner: LearnerView;
  readonly sinks: readonly SinkView[];
  readonly learned: LearnedView | null;
  readonly pressure: PressureView;
  readonly disk: DiskView | null;
  readonly breakers: readonly BreakerView[] | null;
  readonly services: ServicesView;
  /** How long after its start each service was ready, milliseconds, by service; nothing for one that was not watched. */
  readonly readyAfterMs: Readonly<Record<string, number>>;
  readonly commands: readonly CommandView[];
  readonly rates: RatesView;
  readonly happenings: readonly HappeningView[];
  readonly demo: DemoView | null;
  readonly verdict: { readonly level: Level; readonly text: string };
  readonly attention: AttentionView | null;
}
