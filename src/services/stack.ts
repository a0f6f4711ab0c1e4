import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "../engine/config.ts";
import { makeDirectory } from "../engine/disk.ts";
import { Failure } from "../engine/errors.ts";
import type { Emit } from "../engine/events.ts";
import type { Store } from "../engine/stores/store.ts";

/** Everything an action may use; what is opened here is closed with it, in reverse order. */
export interface Stack extends AsyncDisposable {
  readonly config: Config;
  readonly emit: Emit;
  readonly datasetFile: string;
  /** The store to look at; fails with `home` when nothing was learned yet. */
  look(): Promise<Store>;
  /** The store to look at, or null when nothing was learned yet. */
  seen(): Promise<Store | null>;
  /** The store to write to; makes the home. */
  openStore(): Promise<Store>;
}

/** The one function that constructs: opening starts nothing. */
export function openStack(config: Config, emit: Emit): Stack {
  const file = join(config.home, "aistack.db");
  const opened: { close(): Promise<void> }[] = [];
  const keep = (one: Store): Store => {
    opened.push(one);
    return one;
  };
  return {
    config,
    emit,
    datasetFile: resolve(config.values["dataset.path"] ?? join(config.home, "dataset.jsonl")),
    async look() {
      const { openEmbeddedStore } = await import("../engine/stores/sqlite-store.ts");
      return keep(openEmbeddedStore(file, { readOnly: true }));
    },
    async seen() {
      return existsSync(file) ? this.look() : null;
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
      const { openEmbeddedStore } = await import("../engine/stores/sqlite-store.ts");
      return keep(openEmbeddedStore(file));
    },
    async [Symbol.asyncDispose]() {
      for (const one of opened.reverse()) await one.close();
      opened.length = 0;
    },
  };
}
