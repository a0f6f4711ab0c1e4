import { Failure } from "../engine/errors.ts";
import { measureMachine } from "../engine/machine.ts";
import type { SourceTally } from "../engine/stores/listed.ts";
import { regularFile } from "../engine/telemetry/odd-file.ts";
import { expand } from "../engine/telemetry/source-pattern.ts";
import { listSources, telemetryDirectory } from "../engine/telemetry/sources.ts";
import { chooseTier } from "../engine/tiers.ts";
import type { Action, Plain } from "./action.ts";
import type { Stack } from "./stack.ts";
import { version } from "./version.ts";

// A store that cannot be asked hides what was learned, not where everything is.
async function talliesOf(
  stack: Stack,
): Promise<{ tallies: Readonly<Record<string, SourceTally>>; trouble: Plain | null }> {
  try {
    return { tallies: (await (await stack.seen())?.tallies()) ?? {}, trouble: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, what, why, hint } = error;
    return { tallies: {}, trouble: { code, what, why, hint } };
  }
}

/** Where everything is, what this machine is good for, and which telemetry there is on it. */
export const infoAction: Action = {
  name: "info",
  sentence: "Show versions, places, the machine with its tier, and the telemetry found on this machine",
  args: [],
  reads: true,
  async run(stack) {
    const { config } = stack;
    const { tallies, trouble } = await talliesOf(stack);
    const sources = listSources(config).map(({ name, pattern, enabled, enable }) => {
      const files = expand(pattern).flatMap((file) => {
        const stat = regularFile(file);
        return stat !== null ? [{ file, bytes: stat.size }] : [];
      });
      return {
        name,
        pattern,
        enabled,
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        lessons: trouble === null ? files.reduce((sum, { file }) => sum + (tallies[file]?.lessons ?? 0), 0) : null,
        enable: enable === "" ? null : enable,
      };
    });
    const machine = measureMachine(config.home);
    const { tier, chosen } = chooseTier(config.values["stack.tier"], machine);
    return {
      version,
      node: process.versions.node,
      sqlite: process.versions.sqlite ?? null,
      platform: `${process.platform} ${process.arch}`,
      home: config.home,
      configuration: config.file,
      telemetry: telemetryDirectory(config),
      dataset: stack.datasetFile,
      ...(trouble === null ? {} : { store: trouble }),
      tier,
      tierChosen: chosen,
      machine,
      sources,
    };
  },
};
