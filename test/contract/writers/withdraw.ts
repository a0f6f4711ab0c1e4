// Takes planned batches into every sink of a store, each going on from its own cursor: home, seed, rounds, then settings.
import { writeSync } from "node:fs";
import { openConfig } from "../../../src/engine/config.ts";
import { openSinks } from "../../../src/services/learner.ts";
import { openStack } from "../../../src/services/stack.ts";
import { plannedBatches } from "../planned.ts";

const [home = "", seed = "0", rounds = "0", ...set] = process.argv.slice(2);
const { signal } = new AbortController();
await using stack = openStack(openConfig({ home, set }), () => undefined);
const store = await stack.openStore();
const { sinks, close } = await openSinks(stack, store, { rebuildVectors: false, guards: null, signal });
const batches = plannedBatches(Number(seed), Number(rounds));
writeSync(1, "taking\n");
await Promise.all(
  sinks.map(async (sink) => {
    const [place] = await sink.load({ signal });
    for (const one of batches.slice(place?.offset ?? 0)) await sink.take(one, { signal });
  }),
);
close();
