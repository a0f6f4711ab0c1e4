import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "../engine/config.ts";
import { makeDirectory } from "../engine/disk.ts";
import { Failure } from "../engine/errors.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { Embedded } from "../engine/stores/sqlite.ts";
import type { StackEvent } from "./supervisor/said.ts";

/** Says what the engine or the supervisor did; it must not throw and must not wait. */
export type EmitAll = (event: EngineEvent | StackEvent) => void;

/** Everything an action may use; what is opened here is closed with it, in reverse order. */
export interface Stack extends AsyncDisposable {
  readonly config: Config;
  readonly emit: EmitAll;
  readonly datasetFile: string;
  /** The embedded store to look at; fails with `home` when nothing was learned yet. */
  look(): Promise<Embedded>;
  /** Whether there is anything to look at. */
  readonly started: boolean;
  /** The embedded store to write to; makes the home. */
  openStore(): Promise<Embedded>;
}

/** The one function that constructs: opening starts nothing. */
export function openStack(config: Config, emit: EmitAll): Stack {
  const file = join(config.home, "aistack.db");
  const opened: { close(): void }[] = [];
  const keep = <T extends { close(): void }>(one: T): T => {
    opened.push(one);
    return one;
  };
  return {
    config,
    emit,
    datasetFile: resolve(config.values["dataset.path"] ?? join(config.home, "dataset.jsonl")),
    get started() {
      return existsSync(file);
    },
    async look() {
      const { openEmbedded } = await import("../engine/stores/sqlite.ts");
      return keep(openEmbedded(file, { readOnly: true }));
    },
    async openStore() {
      await makeDirectory(config.home).catch((error: unknown) => {
        if (error instanceof Failure) throw error;
        throw new Failure("home", {
          what: `The home ${config.home} was not made`,
          why: String(error),
          hint: "Give another place with --home",
          cause: error,
        });
      });
      const { openEmbedded } = await import("../engine/stores/sqlite.ts");
      return keep(openEmbedded(file));
    },
    async [Symbol.asyncDispose]() {
      for (const one of opened.reverse()) one.close();
      opened.length = 0;
    },
  };
}
