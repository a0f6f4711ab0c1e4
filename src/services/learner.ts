import { setInterval } from "node:timers/promises";
import type { Config } from "../engine/config.ts";
import { type Engine, openEngine } from "../engine/engine.ts";
import { Failure, messageOf } from "../engine/errors.ts";
import type { Emit } from "../engine/events.ts";
import { type Guards, openGuards } from "../engine/guards/guards.ts";
import type { Aliases } from "../engine/learning/aliases.ts";
import { type Embedder, openEmbedder } from "../engine/learning/embed.ts";
import { gatherInsights, propose } from "../engine/learning/proposal.ts";
import type { SinkProgress } from "../engine/progress.ts";
import { readSecret } from "../engine/secrets.ts";
import type { Sink, Store } from "../engine/stores/store.ts";
import { checkSource, listSources } from "../engine/telemetry/sources.ts";
import { openLagGuess } from "./lag-guess.ts";
import { openDoor } from "./renewed-sinks.ts";
import { rotateLogs } from "./rotation.ts";
import type { Stack } from "./stack.ts";
import { openVectorsSink } from "./vectors.ts";
import { openWatch } from "./watch.ts";

/** What is followed: the sources the user names, or else every enabled one. */
export function patternsOf(config: Config, sources: readonly string[]): string[] {
  if (sources.length > 0) return sources.map(checkSource);
  return listSources(config)
    .filter(({ enabled }) => enabled)
    .map(({ pattern }) => pattern);
}

/**
 * The embedder the configuration asks for, behind the breaker and the limits of its server where guards are given; fails
 * with `config` when it names a server but not its model.
 */
export function embedderOf(config: Config, guards: Guards | null = null): Embedder {
  const url = config.values["embeddings.url"];
  if (url === null) return openEmbedder(null);
  const model = config.values["embeddings.model"];
  const dimensions = config.values["embeddings.dimensions"];
  if (model === null || dimensions === null) {
    throw new Failure("config", {
      what: "The embeddings server was not used",
      why: "embeddings.url is set, embeddings.model or embeddings.dimensions is not",
      hint: "Type: aistack config set embeddings.model NAME; aistack config set embeddings.dimensions 768",
    });
  }
  const apiKey = readSecret(config, "embeddings_api_key")?.reveal() ?? null;
  const embedder = openEmbedder({ url, model, dimensions, timeoutMs: config.values["embeddings.timeoutMs"], apiKey });
  if (guards === null) return embedder;
  const breaker = guards.breaker("embeddings");
  const limiter = guards.limiter("embeddings");
  return {
    ...embedder,
    embed: (texts, { signal }) => limiter.run(() => breaker.run(() => embedder.embed(texts, { signal })), { signal }),
  };
}

/** How sinks are opened. */
export interface SinksRun {
  readonly rebuildVectors: boolean;
  readonly guards: Guards | null;
  readonly signal: AbortSignal;
}

/** All sinks of a store, and the names under which it keeps lessons. */
export interface OpenSinks {
  readonly sinks: Sink[];
  readonly aliases: Aliases;
  close(): void;
}

/** Opens all sinks of a store; what it keeps by older rules of redaction is redacted anew first. */
export async function openSinks(
  stack: Stack,
  store: Store,
  { rebuildVectors, guards, signal }: SinksRun,
): Promise<OpenSinks> {
  const { emit, config } = stack;
  const door = await openDoor(stack, store, { signal });
  const rows = await store.openRows({
    rejectedKept: config.values["learning.rejectedKept"],
    propose: (tasks, has) =>
      new Map(propose(gatherInsights(tasks), has).map((one) => [one.proposal_hash, JSON.stringify(one)])),
    emit,
    signal,
  });
  const ofVectors = await openVectorsSink(config, store, {
    embedder: embedderOf(config, guards),
    rebuild: rebuildVectors,
    guards,
    emit,
    signal,
  });
  // Qdrant notes by itself by which rules its points were redacted.
  const vectors = config.values["qdrant.url"] === null ? await door.remade(ofVectors, "vectors") : ofVectors;
  const neighbours = await door.remade(await store.openNeighbours({ emit, signal }), "neighbours");
  const where = rows.dependency === undefined ? {} : { dependency: rows.dependency };
  let close = () => {};
  const dataset = await door.behindUnopened({ ...where, name: "dataset", optional: false }, async () => {
    const pairs = await store.openPairs(stack.datasetFile, { emit, signal });
    close = () => pairs.close();
    return pairs;
  });
  const sinks = [door.behind(rows), dataset, door.behind(vectors), door.behind(neighbours)];
  return { sinks, aliases: door.aliases, close: () => close() };
}

/** What a run of the learner is asked for. */
export interface LearnRun {
  readonly once: boolean;
  readonly sources: readonly string[];
  readonly rebuildVectors: boolean;
  readonly signal: AbortSignal;
}

async function onSchedule(stack: Stack, store: Store, signal: AbortSignal): Promise<void> {
  const minutes = stack.config.values["rotation.checkMinutes"];
  if (minutes === null) return;
  try {
    for await (const _ of setInterval(minutes * 60_000, undefined, { signal })) {
      await rotateLogs(stack, store, { dryRun: false, force: false, signal }).catch((error: unknown) => {
        if (!signal.aborted) stack.emit({ type: "rotation.failed", why: messageOf(error) });
      });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Runs the learner on an open store until it is done or asked to stop; returns what every sink did. */
export async function runLearner(stack: Stack, store: Store, run: LearnRun): Promise<readonly SinkProgress[]> {
  const { config, emit } = stack;
  const patterns = patternsOf(config, run.sources);
  const guards = openGuards({ home: config.home, values: config.values, emit });
  const done = new AbortController();
  const signal = AbortSignal.any([run.signal, done.signal]);
  const beside: Promise<void>[] = [];
  try {
    const { sinks, aliases, close } = await openSinks(stack, store, { ...run, guards });
    try {
      const watch = await openWatch(stack, guards);
      const guessLag = openLagGuess(config.home, patterns);
      const say: Emit = (event) => {
        watch.hear(event);
        emit(event);
      };
      const engine: Engine = openEngine({
        config,
        patterns,
        sinks,
        emit: say,
        aliases,
        guards,
        held: watch.held,
        guessLag,
      });
      beside.push(watch.run(engine, sinks, { signal }));
      if (!run.once) beside.push(onSchedule(stack, store, signal));
      await engine.run({ once: run.once, signal: run.signal });
      return engine.progress;
    } finally {
      done.abort();
      await Promise.all(beside);
      close();
    }
  } finally {
    await guards.close();
  }
}
