import { closeSync, openSync, readSync } from "node:fs";
import { Failure } from "../engine/errors.ts";
import { pause } from "../engine/pause.ts";
import { essentialSinks, type Store, sinkNames } from "../engine/stores/store.ts";
import { inodeKey } from "../engine/telemetry/identity.ts";
import { regularFile } from "../engine/telemetry/odd-file.ts";
import { discover, listSources } from "../engine/telemetry/sources.ts";
import type { Plain } from "./action.ts";
import { lookAtHold } from "./hold.ts";
import type { Stack } from "./stack.ts";

const stuckMs = 5000;
const lookMs = 500;
const chunkBytes = 64 * 1024;

// A last line without its end is not for learning yet, however long it waits.
function hasWholeLine(file: string, from: number): boolean {
  const fd = openSync(file, "r");
  try {
    const chunk = Buffer.alloc(chunkBytes);
    for (let at = from; ; ) {
      const bytes = readSync(fd, chunk, 0, chunkBytes, at);
      if (bytes === 0) return false;
      if (chunk.subarray(0, bytes).includes(0x0a)) return true;
      at += bytes;
    }
  } finally {
    closeSync(fd);
  }
}

/** What every essential sink has yet to take: file and offset of each log with a whole line left. */
async function behind(stack: Stack, store: Store): Promise<string[]> {
  const patterns = listSources(stack.config).flatMap(({ enabled, pattern }) => (enabled ? [pattern] : []));
  const places = await store.places();
  return discover(patterns).flatMap(({ file }) => {
    const stat = regularFile(file);
    if (stat === null) return [];
    return sinkNames.slice(0, essentialSinks).flatMap((sink) => {
      const offset = places.find((one) => one.sink === sink && one.inode === inodeKey(stat))?.offset ?? 0;
      return offset < stat.size && hasWholeLine(file, offset) ? [`${sink}: ${file} from ${offset}`] : [];
    });
  });
}

// Starting the learner anew brings back no server; it waits for it by itself.
const away: ReadonlySet<string> = new Set(["silent", "timeout", "dependency"]);

/**
 * Whether somebody learns on this home and gets on: the lock is held, and whatever is behind moves. Waits some seconds
 * before it says that something does not. Who waits for a store that does not answer is well.
 */
export async function engineHealth(stack: Stack, signal: AbortSignal): Promise<Plain> {
  const holder = lookAtHold(stack.config.home);
  if (holder === null) return { healthy: false, why: "nobody learns on this home", holder };
  try {
    const stuck = await stuckIn(stack, signal);
    const why = stuck.length === 0 ? "" : `nothing moves: ${stuck.join(", ")}`;
    return { healthy: stuck.length === 0, why, holder };
  } catch (error) {
    if (!(error instanceof Failure) || !away.has(error.code)) throw error;
    return { healthy: true, why: `the learner waits for its store: ${error.message}`, holder };
  }
}

async function stuckIn(stack: Stack, signal: AbortSignal): Promise<string[]> {
  const store = await stack.seen();
  if (store === null) return [];
  let stuck = await behind(stack, store);
  const until = performance.now() + stuckMs;
  while (stuck.length > 0 && performance.now() < until && !signal.aborted) {
    await pause(lookMs, { signal });
    const now = new Set(await behind(stack, store));
    stuck = stuck.filter((one) => now.has(one));
  }
  return stuck;
}
