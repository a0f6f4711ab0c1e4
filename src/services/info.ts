import { statSync } from "node:fs";
import { expand, listSources, telemetryDirectory } from "../engine/telemetry/sources.ts";
import type { Action } from "./action.ts";
import { version } from "./version.ts";

/** Where everything is, and which telemetry there is on this machine. */
export const infoAction: Action = {
  name: "info",
  sentence: "Show versions, places, and the telemetry found on this machine",
  args: [],
  reads: true,
  async run(stack) {
    const { config } = stack;
    const tallies = (await (await stack.seen())?.tallies()) ?? {};
    const sources = listSources(config).map(({ name, pattern, enabled, enable }) => {
      const files = expand(pattern).flatMap((file) => {
        const stat = statSync(file, { throwIfNoEntry: false });
        return stat?.isFile() ? [{ file, bytes: stat.size }] : [];
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
    return {
      version,
      node: process.versions.node,
      sqlite: process.versions.sqlite ?? null,
      platform: `${process.platform} ${process.arch}`,
      home: config.home,
      configuration: config.file,
      telemetry: telemetryDirectory(config),
      dataset: stack.datasetFile,
      sources,
    };
  },
};
