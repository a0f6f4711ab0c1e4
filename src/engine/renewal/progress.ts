import { redactionVersion } from "../learning/redaction-version.ts";
import type { Renewal } from "../stores/renewal.ts";

/** The parts of a renewal, in their order. */
export const stages = ["lessons", "negatives", "places", "dataset", "done"] as const;

/** One part of a renewal. */
export type Stage = (typeof stages)[number];

/** How much of each thing was changed. */
export interface RenewalCounts {
  /** Lessons with other words than before. */
  lessons: number;
  /** Lessons that became the same as an earlier one. */
  merged: number;
  /** Lessons of which too little is left to teach anything. */
  removed: number;
  negatives: number;
  cursors: number;
  proposals: number;
  /** Lines of the dataset that were changed or removed. */
  pairs: number;
}

/** How far a renewal is, as it is saved in the store with each step. */
export interface RenewalProgress {
  readonly version: number;
  readonly stage: Stage;
  /** The number of the last row that is done in this stage. */
  readonly after: number;
  readonly counts: RenewalCounts;
}

/** The fact that says by which rules everything in a store was redacted. */
export const redactionFact = "redaction";
/** The fact that says that what was there before may still be in unused room. */
export const uncompactedFact = "redaction.uncompacted";
/** The facts that say to which lesson vectors, or neighbours, were made anew; gone once all are. */
export const missingFacts = { vectors: "vectors.missing", neighbours: "neighbours.missing" } as const;
const progressFact = "redaction.under";

function isStage(value: unknown): value is Stage {
  return stages.some((stage) => stage === value);
}

function numberIn(value: object, name: string): number {
  const found: unknown = Reflect.get(value, name);
  return typeof found === "number" ? found : 0;
}

function countsIn(value: unknown): RenewalCounts {
  const counts = typeof value === "object" && value !== null ? value : {};
  return {
    lessons: numberIn(counts, "lessons"),
    merged: numberIn(counts, "merged"),
    removed: numberIn(counts, "removed"),
    negatives: numberIn(counts, "negatives"),
    cursors: numberIn(counts, "cursors"),
    proposals: numberIn(counts, "proposals"),
    pairs: numberIn(counts, "pairs"),
  };
}

/** How far a renewal is; one that was for other rules starts again. */
export async function readProgress(renewal: Renewal): Promise<RenewalProgress> {
  const start = { version: redactionVersion, stage: "lessons", after: 0, counts: countsIn(null) } as const;
  const text = await renewal.fact(progressFact);
  if (text === null) return start;
  const saved: unknown = JSON.parse(text);
  if (typeof saved !== "object" || saved === null) return start;
  const { version, stage, after, counts } = { version: 0, stage: "", after: 0, counts: {}, ...saved };
  if (version !== redactionVersion || !isStage(stage)) return start;
  return { version, stage, after: Number(after), counts: countsIn(counts) };
}

/** The facts that save how far it is. */
export function progressFacts(progress: RenewalProgress): Record<string, string | null> {
  if (progress.stage !== "done") return { [progressFact]: JSON.stringify(progress) };
  return { [progressFact]: null, [redactionFact]: String(progress.version), [uncompactedFact]: "yes" };
}

/** By which rules everything in a store was redacted; a store that does not say it was kept by the first ones. */
export async function keptByRules(renewal: Renewal): Promise<number> {
  return Number((await renewal.fact(redactionFact)) ?? 1);
}
