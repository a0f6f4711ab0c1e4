import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "../engine/config.ts";
import { makeDirectory } from "../engine/disk.ts";
import { Failure } from "../engine/errors.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { Store } from "../engine/stores/store.ts";
import type { StackEvent } from "./supervisor/said.ts";
import type { CommandRun } from "./supervisor/state.ts";

/** Says what the engine or the supervisor did; it must not throw and must not wait. */
export type EmitAll = (event: EngineEvent | StackEvent) => void;

/** Everything an action may use; what is opened here is closed with it, in reverse order. */
export interface Stack extends AsyncDisposable {
  readonly config: Config;
  readonly emit: EmitAll;
  /** Is told of every podman command when it begins and when it has ended. */
  readonly onRun: (run: CommandRun) => void;
  readonly datasetFile: string;
  /** The store to look at; fails with `home` when nothing was learned yet. */
  look(): Promise<Store>;
  /** The store to look at, or null when nothing was learned yet; fails with `config` for an older one that it cannot read. */
  seen(options?: { readonly olderToo?: boolean }): Promise<Store | null>;
  /** The store to write to; makes the home. When patient, a server that is silent is no failure yet. */
  openStore(options?: { readonly patient?: boolean }): Promise<Store>;
}

/** The file of the embedded store. */
export function embeddedFile({ home }: Config): string {
  return join(home, "aistack.db");
}

async function addressOf(config: Config) {
  return (await import("../engine/stores/postgres-address.ts")).postgresAddress(config);
}

/** The one function that constructs: opening starts nothing. */
export function openStack(config: Config, emit: EmitAll, onRun: Stack["onRun"] = () => undefined): Stack {
  const file = embeddedFile(config);
  const onServer = config.values["store.kind"] === "postgres";
  const opened: { close(): Promise<void> }[] = [];
  const keep = (one: Store): Store => {
    opened.push(one);
    return one;
  };
  return {
    config,
    emit,
    onRun,
    datasetFile: resolve(config.values["dataset.path"] ?? join(config.home, "dataset.jsonl")),
    async look() {
      const store = await this.seen();
      if (store !== null) return store;
      throw new Failure("home", {
        what: "There is nothing to look at yet",
        why: onServer ? "the PostgreSQL server has no tables of ours" : `${file} does not exist`,
        hint: "Type: aistack learn --once",
      });
    },
    async seen(options = {}) {
      if (onServer) {
        const { lookAtPostgresStore } = await import("../engine/stores/postgres-store.ts");
        const store = await lookAtPostgresStore(await addressOf(config), options);
        return store === null ? null : keep(store);
      }
      if (!existsSync(file)) return null;
      const { openEmbeddedStore } = await import("../engine/stores/sqlite-store.ts");
      return keep(openEmbeddedStore(file, { readOnly: true }));
    },
    async openStore(options = {}) {
      await makeDirectory(config.home).catch((error: unknown) => {
        if (error instanceof Failure) throw error;
        throw new Failure("home", {
          what: `The home ${config.home} was not made`,
          why: String(error),
          hint: "Give another place with --home",
          cause: error,
        });
      });
      if (onServer) {
        const { openPostgresStore } = await import("../engine/stores/postgres-store.ts");
        return keep(await openPostgresStore(await addressOf(config), options));
      }
      const { openEmbeddedStore } = await import("../engine/stores/sqlite-store.ts");
      return keep(openEmbeddedStore(file));
    },
    async [Symbol.asyncDispose]() {
      for (const one of opened.reverse()) await one.close();
      opened.length = 0;
    },
  };
}
