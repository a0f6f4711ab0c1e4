import { Failure, messageOf } from "../engine/errors.ts";
import { reasonSentences } from "../engine/learning/formats/reasons.ts";
import type { SourceTally } from "../engine/stores/listed.ts";
import { essentialSinks, type Store, sinkNames } from "../engine/stores/store.ts";
import { inodeKey } from "../engine/telemetry/identity.ts";
import { regularFile } from "../engine/telemetry/odd-file.ts";
import { discover, listSources } from "../engine/telemetry/sources.ts";
import type { Action, Plain } from "./action.ts";
import { breakerList } from "./breaker-list.ts";
import { lookAtHold } from "./hold.ts";
import { lookAtReport, readReport, type SeenReport } from "./read-report.ts";
import type { Stack } from "./stack.ts";
import { pressureOf, reportedSinks, type SinkLag, sinksOf, stateOf } from "./status-report.ts";
import { wasBroughtUp } from "./supervisor/brought-up.ts";
import { yieldsIn, zeroYieldIn } from "./yield.ts";

/** The backlog of every sink: bytes of followed files that it has not committed, measured now. */
export async function lagOf(stack: Stack, store: Store): Promise<SinkLag[]> {
  const enabled = listSources(stack.config).filter(({ enabled }) => enabled);
  const files = discover(enabled.map(({ pattern }) => pattern)).flatMap(({ file }) => {
    const stat = regularFile(file);
    return stat !== null ? [{ inode: inodeKey(stat), bytes: stat.size }] : [];
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

// A home from which no stack was brought up asks Podman nothing, and a Podman that does not answer hides nothing else.
async function servicesOf(stack: Stack, signal: AbortSignal): Promise<Plain> {
  if (!wasBroughtUp(stack.config.home)) return {};
  try {
    const { readServices } = await import("./verbs/ps.ts");
    return { services: await readServices(stack, { signal }) };
  } catch (error) {
    return { services: null, podman: messageOf(error) };
  }
}

/** What the learner has done, how far behind it is, what it waits for, and what the stack's services do. */
export const statusAction: Action = {
  name: "status",
  sentence:
    "Show what was learned, how far behind each sink is and what it waits for, and what the stack's services do",
  args: [],
  reads: true,
  isBad: ({ damaged }) => damaged === true,
  async run(stack, _given, { signal }) {
    const { config } = stack;
    const engine = lookAtHold(config.home);
    const report = lookAtReport(config.home, engine);
    const seen = report?.stale === false ? readReport(config.home, engine) : null;
    const breakers = breakerList(config.home, config.values, seen).breakers;
    const services = await servicesOf(stack, signal);
    const state = { home: config.home, engine, ...stateOf(config, seen), report };
    try {
      return { ...state, ...(await learned(stack, seen)), breakers, ...services };
    } catch (error) {
      // A server that is away, or a damaged store, hides what it keeps, not what the engine says.
      if (!(error instanceof Failure) || !away.has(error.code)) throw error;
      const { code, what, why, hint } = error;
      const backpressure = pressureOf(config, null, seen);
      return {
        ...state,
        learned: null,
        store: { code, what, why, hint },
        sinks: reportedSinks(seen),
        backpressure,
        breakers,
        ...services,
        ...(code === "corrupt" ? { damaged: true } : {}),
      };
    }
  },
};

const away: ReadonlySet<string> = new Set(["silent", "config", "timeout", "dependency", "corrupt"]);

async function learned(stack: Stack, seen: SeenReport | null): Promise<Plain> {
  const { config } = stack;
  const store = await stack.seen();
  if (store === null) return { learned: null, hint: "Type: aistack learn --once" };
  const bySource = await store.tallies();
  const sinks = await lagOf(stack, store);
  const backlogBytes = Math.max(...sinks.slice(0, essentialSinks).map(({ lagBytes }) => lagBytes));
  const counts = await store.counts();
  const qdrant = config.values["qdrant.url"];
  const zeroYield = zeroYieldIn(config, bySource).map(({ reasons: rejected, ...one }) => ({
    ...one,
    rejected,
    reasons: reasonSentences(rejected),
  }));
  const yields = yieldsIn(config, bySource).map(({ rejected: _, ...one }) => one);
  const sum = total(bySource);
  const files = Object.entries(bySource).map(([file, { dialects: _, ...counts }]) => [file, counts]);
  return {
    learned: { ...sum, reasons: reasonSentences(sum.rejected), yields, bySource: Object.fromEntries(files) },
    // A status asks no server beside the store: what Qdrant holds is told by the doctor.
    kept: qdrant === null ? counts : { ...counts, vectors: null },
    vectorsIn: qdrant ?? store.place,
    embeddings: qdrant === null ? await store.vectorModel() : null,
    dataset: {
      path: stack.datasetFile,
      pairs: counts.pairs,
      ready: (counts.pairs ?? 0) >= config.values["dataset.readyPairs"],
    },
    sinks: sinksOf(sinks, seen),
    backpressure: pressureOf(config, backlogBytes, seen),
    zeroYield,
  };
}
