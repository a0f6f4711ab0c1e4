import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../engine/errors.ts";

/** Recorded events, in the order they happened. */
export type Samples = readonly Readonly<Record<string, unknown>>[];

function directory(): string {
  // Beside the built program, or at the root of its source.
  const found = ["../fixtures/telemetry", "../../../fixtures/telemetry"]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Failure("failed", {
    what: "The demonstration was not opened",
    why: "the recorded samples did not come with this copy",
    hint: "Get a whole copy of aistack",
  });
}

// Bookkeeping repeats itself; every few lines of it are enough.
const mostOfAKind = 8;

function isFresh(seen: Map<string, number>, { event, event_type }: Samples[number]): boolean {
  const kind = String(event_type ?? event ?? "none");
  const count = (seen.get(kind) ?? 0) + 1;
  seen.set(kind, count);
  return kind === "agent_step_complete" || count <= mostOfAKind;
}

// Mixed by a stride that shares no factor with most counts, so that no kind comes all at once.
function mixed(samples: Samples): Samples {
  return samples.map((sample, at) => samples[(at * 7919) % samples.length] ?? sample);
}

/** The recorded telemetry that comes with the program, mixed. */
export function readSamples(): Samples {
  const seen = new Map<string, number>();
  const from = directory();
  const all = readdirSync(from)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(from, name), "utf8").split("\n"))
    .flatMap((text) => {
      try {
        const value: unknown = JSON.parse(text);
        return typeof value === "object" && value !== null ? [{ ...value }] : [];
      } catch {
        return [];
      }
    });
  return mixed(all.filter((sample) => isFresh(seen, sample)));
}
