import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Config } from "../engine/config.ts";
import { writeWhole } from "../engine/disk.ts";
import { messageOf } from "../engine/errors.ts";
import { type Alias, type Aliases, openAliases } from "../engine/learning/aliases.ts";
import { redactLine } from "../engine/learning/redact-json.ts";
import { redactionVersion } from "../engine/learning/redaction-version.ts";
import { keptByRules } from "../engine/renewal/progress.ts";
import { markNew, renewRedaction } from "../engine/renewal/renew.ts";
import type { Renewal } from "../engine/stores/renewal.ts";
import type { Store } from "../engine/stores/store.ts";
import { embeddedFile, type Stack } from "./stack.ts";

interface Options {
  readonly signal: AbortSignal;
}

async function aliasesOf(renewal: Renewal): Promise<Aliases> {
  const all: Alias[] = [];
  for await (const some of renewal.aliases()) all.push(...some);
  return openAliases(all);
}

// Why a sink refused a lesson is in the words of a server.
async function renewRefusals({ home }: Config): Promise<void> {
  const file = join(home, "refused.jsonl");
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  const clean = text.split("\n").map(redactLine).join("\n");
  if (clean !== text) await writeWhole(file, clean);
}

// Embedded stores of this home that are not used now: put aside by a move, or what was moved to a server.
async function renewPutAside(stack: Stack, used: string, { signal }: Options): Promise<void> {
  const file = embeddedFile(stack.config);
  const isOurs = (name: string) => {
    const end = name.startsWith(basename(file)) ? name.slice(basename(file).length) : null;
    return end === "" || end === ".migrating" || (end?.startsWith(".before-") === true && !/-(wal|shm)$/.test(end));
  };
  const { openEmbeddedStore } = await import("../engine/stores/sqlite-store.ts");
  for (const name of readdirSync(dirname(file)).filter(isOurs)) {
    const place = join(dirname(file), name);
    if (place === used) continue;
    try {
      const store = openEmbeddedStore(place);
      try {
        const renewal = await store.openRenewal();
        await renewRedaction(renewal, { place, dataset: null, emit: stack.emit, signal });
      } finally {
        await store.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      stack.emit({ type: "redaction.uncompacted", place, why: messageOf(error) });
    }
  }
}

/**
 * Redacts anew what the home and its store keep by older rules, and resolves with the names under which lessons are
 * kept. The caller holds the home, and nothing is learned before. Fails with `silent` while a server does not answer.
 */
export async function renewHome(stack: Stack, store: Store, { signal }: Options): Promise<Aliases> {
  const { config, emit, datasetFile } = stack;
  const renewal = await store.openRenewal();
  const isNew = !existsSync(datasetFile) && (await markNew(renewal));
  if (!isNew) {
    if ((await keptByRules(renewal)) < redactionVersion) {
      await renewRefusals(config);
      await renewPutAside(stack, store.place, { signal });
    }
    await renewRedaction(renewal, { place: store.place, dataset: datasetFile, emit, signal });
  }
  return aliasesOf(renewal);
}
