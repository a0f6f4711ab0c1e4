import { reasonSentences } from "../../engine/learning/formats/reasons.ts";
import { essentialSinks, type Store } from "../../engine/stores/store.ts";
import { isPaused } from "../../engine/telemetry/backlog.ts";
import type { ZeroYield } from "../../engine/zero-yield.ts";
import type { Stack } from "../stack.ts";
import { lagOf } from "../status.ts";
import { sourceNamesIn, zeroYieldIn } from "../yield.ts";
import { dialectWords } from "./sentence.ts";
import type { LearnedView, SinkView, View } from "./view.ts";

async function learnedOf(stack: Stack, store: Store): Promise<LearnedView> {
  const { values } = stack.config;
  const [tallies, counts, model] = await Promise.all([store.tallies(), store.counts(), store.vectorModel()]);
  const rejected: Record<string, number> = {};
  const zeroYield = zeroYieldIn(stack.config, tallies);
  const nameOf = sourceNamesIn(stack.config, tallies);
  // How many events a file gave of what yields nothing.
  const eventsIn = (file: string, { source, dialect }: ZeroYield) => {
    if (source !== nameOf(file)) return 0;
    const dialects = tallies[file]?.dialects ?? {};
    return dialect.split(", ").reduce((sum, name) => sum + (dialects[name]?.events ?? 0), 0);
  };
  const sources = Object.entries(tallies).map(([source, { events, lessons, duplicates, rejected: reasons }]) => {
    for (const [reason, count] of Object.entries(reasons)) rejected[reason] = (rejected[reason] ?? 0) + count;
    const refused = Object.values(reasons).reduce((sum, count) => sum + count, 0);
    const barren = zeroYield.some((one) => eventsIn(source, one) > 0);
    return { source, events, lessons, duplicates, rejected: refused, reasons, barren };
  });
  const barren = zeroYield.map((one) => ({
    text: `0 lessons from ${one.events} events of ${one.source}${dialectWords(one.dialect)}`,
    item:
      sources
        .toSorted((a, b) => eventsIn(b.source, one) - eventsIn(a.source, one))
        .find(({ source }) => eventsIn(source, one) > 0)?.source ?? "",
  }));
  const sum = (of: (one: (typeof sources)[number]) => number) => sources.reduce((all, one) => all + of(one), 0);
  return {
    events: sum(({ events }) => events),
    lessons: sum(({ lessons }) => lessons),
    duplicates: sum(({ duplicates }) => duplicates),
    rejected,
    reasons: reasonSentences(rejected),
    sources: sources.toSorted((a, b) => b.events - a.events),
    barren,
    pairs: counts.pairs ?? 0,
    readyPairs: values["dataset.readyPairs"],
    highValue: counts.highValue ?? 0,
    proposals: counts.proposals ?? 0,
    badLines: counts.badLines ?? 0,
    vectors: counts.vectors ?? 0,
    model: model?.label ?? "none yet",
  };
}

/** What the store says now, as a part of a snapshot; of sinks only what the store knows. */
export async function lookAtStore(
  stack: Stack,
  store: Store,
  before: View,
): Promise<Pick<View, "learned" | "sinks" | "pressure">> {
  const [learned, lags] = [await learnedOf(stack, store), await lagOf(stack, store)];
  const sinks = lags.map(({ name, lagBytes, checkpointAt }, at): SinkView => {
    const known = before.sinks.find((sink) => sink.name === name);
    const optional = at >= essentialSinks;
    const lessons = name === "rows" ? learned.lessons : (known?.lessons ?? null);
    return { checkpointMs: null, waiting: "", ...known, name, optional, lagBytes, checkpointAt, lessons };
  });
  const backlogBytes = Math.max(0, ...lags.slice(0, essentialSinks).map(({ lagBytes }) => lagBytes));
  const { paused } = before.pressure;
  // Between the two bounds it depends on what was before.
  const up = isPaused(true, backlogBytes, stack.config.values);
  const down = isPaused(false, backlogBytes, stack.config.values);
  return {
    learned,
    sinks,
    pressure: { ...before.pressure, backlogBytes, paused: up === down ? up : (paused ?? null) },
  };
}
