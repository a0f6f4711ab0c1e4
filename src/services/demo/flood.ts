import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { renewed } from "./replay.ts";
import type { Samples } from "./samples.ts";

const floodBytes = 24 * 1024 * 1024;
const partEvents = 500;

/** Appends about 24 MB of events as fast as the disk takes them; returns the bytes. */
export async function flood(
  directory: string,
  samples: Samples,
  { signal }: { readonly signal: AbortSignal },
): Promise<number> {
  const fd = openSync(join(directory, "ralph-events.jsonl"), "a", 0o600);
  let bytes = 0;
  try {
    for (let event = 0; bytes < floodBytes && !signal.aborted; ) {
      let part = "";
      for (const end = event + partEvents; event < end; event++) {
        const sample = samples[event % samples.length];
        if (sample !== undefined) part += `${JSON.stringify(renewed(sample, event + 1_000_000))}\n`;
      }
      bytes += writeSync(fd, part);
      await turn();
    }
  } finally {
    closeSync(fd);
  }
  return bytes;
}
