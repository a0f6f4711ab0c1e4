import { statSync } from "node:fs";
import type { SourceTally } from "../engine/stores/listed.ts";
import { essentialSinks, type Store, sinkNames } from "../engine/stores/store.ts";
import { isPaused } from "../engine/telemetry/backlog.ts";
import { inodeKey } from "../engine/telemetry/identity.ts";
import { discover, listSources } from "../engine/telemetry/sources.ts";
import type { Action } from "./action.ts";
import { lookAtHold } from "./hold.ts";
import type { Stack } from "./stack.ts";

/** How far one sink is behind. */
export interface SinkLag {
  readonly name: string;
  readonly lagBytes: number;
  /** When its newest checkpoint was saved, ISO 8601; null before the first. */
  readonly checkpointAt: string | null;
}

/** The backlog of every sink: bytes of followed files that it has not committed, measured now. */
export async function lagOf(stack: Stack, store: Store): Promise<SinkLag[]> {
  const enabled = listSources(stack.config).filter(({ enabled }) => enabled);
  const files = discover(enabled.map(({ pattern }) => pattern)).flatMap(({ file }) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat?.isFile() ? [{ inode: inodeKey(stat), bytes: stat.size }] : [];
  });
  const places = await store.places();
  return sinkNames.map((name) => {
    const own = places.filter(({ sink }) => sink === name);
    const offsets = new Map(own.map(({ inode, offset }) => [inode, offset]));
    const lagBytes = files.reduce((sum, { inode, bytes }) => {
      const offset = offsets.get(inode) ?? 0;
      return sum + (offset > bytes ? bytes : bytes - offset);
    }, 0);
    const checkpointAt =
      own
        .map(({ savedAt }) => savedAt)
        .toSorted()
        .at(-1) ?? null;
    return { name, lagBytes, checkpointAt };
  });
}

function total(bySource: Readonly<Record<string, SourceTally>>) {
  const sum = { events: 0, lessons: 0, duplicates: 0 };
  const rejected: Record<string, number> = {};
  for (const tally of Object.values(bySource)) {
    sum.events += tally.events;
    sum.lessons += tally.lessons;
    sum.duplicates += tally.duplicates;
    for (const [reason, count] of Object.entries(tally.rejected)) rejected[reason] = (rejected[reason] ?? 0) + count;
  }
  return { ...sum, rejected };
}

function ifSame(a: boolean, b: boolean): boolean | null {
  return a === b ? a : null;
}

/** What the learner has done and how far behind it is. */
export const statusAction: Action = {
  name: "status",
  sentence: "Show what was learned, from where, and how far behind each sink is",
  args: [],
  reads: true,
  async run(stack) {
    const { config } = stack;
    const engine = lookAtHold(config.home);
    const store = await stack.seen();
    if (store === null) return { home: config.home, engine, learned: null, hint: "Type: aistack learn --once" };
    const bySource = await store.tallies();
    const sinks = await lagOf(stack, store);
    const backlogBytes = Math.max(...sinks.slice(0, essentialSinks).map(({ lagBytes }) => lagBytes));
    const counts = await store.counts();
    const atLeast = config.values["learning.zeroYieldEvents"];
    const zeroYield = Object.entries(bySource)
      .filter(([, one]) => one.events >= atLeast && one.lessons + one.duplicates === 0)
      .map(([source, { events, rejected }]) => ({ source, events, rejected }));
    return {
      home: config.home,
      engine,
      learned: { ...total(bySource), bySource },
      kept: counts,
      embeddings: await store.vectorModel(),
      dataset: {
        path: stack.datasetFile,
        pairs: counts.pairs,
        ready: (counts.pairs ?? 0) >= config.values["dataset.readyPairs"],
      },
      sinks,
      // Between the two bounds it depends on what was before, which only the learner knows.
      backpressure: {
        backlogBytes,
        intakePaused: ifSame(isPaused(false, backlogBytes, config.values), isPaused(true, backlogBytes, config.values)),
      },
      zeroYield,
    };
  },
};
