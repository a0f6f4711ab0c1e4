import { resolve } from "node:path";
import type { Config } from "../engine/config.ts";
import type { SourceTally } from "../engine/stores/listed.ts";
import { sourceNames } from "../engine/telemetry/source-names.ts";
import { listSources } from "../engine/telemetry/sources.ts";
import { findZeroYield, type Yield, yieldsOf, type ZeroYield } from "../engine/zero-yield.ts";

type Tallies = Readonly<Record<string, SourceTally>>;

function patternsOf(config: Config, sources: readonly string[]): string[] {
  return [...sources.map((one) => resolve(one)), ...listSources(config).map(({ pattern }) => pattern)];
}

/** The sources and dialects that gave many events and not one lesson; `sources` are those named beside the configured. */
export function zeroYieldIn(config: Config, tallies: Tallies, sources: readonly string[] = []): ZeroYield[] {
  const atLeast = config.values["learning.zeroYieldEvents"];
  return findZeroYield(tallies, { patterns: patternsOf(config, sources), atLeast });
}

/** Names the source of a file, as zero yields name it. */
export function sourceNamesIn(config: Config, tallies: Tallies): (file: string) => string {
  return sourceNames(patternsOf(config, []), Object.keys(tallies));
}

/** What every dialect of every source came to. */
export function yieldsIn(config: Config, tallies: Tallies): Yield[] {
  return yieldsOf(tallies, patternsOf(config, []));
}
