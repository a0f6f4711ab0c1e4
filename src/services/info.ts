import { measureMachine } from "../engine/machine.ts";
import { regularFile } from "../engine/telemetry/odd-file.ts";
import { expand } from "../engine/telemetry/source-pattern.ts";
import { listSources, telemetryDirectory } from "../engine/telemetry/sources.ts";
import { chooseTier } from "../engine/tiers.ts";
import type { Action } from "./action.ts";
import { version } from "./version.ts";

/** Where everything is, what this machine is good for, and which telemetry there is on it. */
export const infoAction: Action = {
  name: "info",
  sentence: "Show versions, places, the machine with its tier, and the telemetry found on this machine",
  args: [],
  reads: true,
  async run(stack) {
    const { config } = stack;
    const tallies = (await (await stack.seen())?.tallies()) ?? {};
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
        lessons: files.reduce((sum, { file }) => sum + (tallies[file]?.lessons ?? 0), 0),
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
      tier,
      tierChosen: chosen,
      machine,
      sources,
    };
  },
};
