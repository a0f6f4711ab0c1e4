import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory, writeWhole } from "../disk.ts";
import { cleanWords } from "../learning/said-why.ts";
import { type BreakerName, breakerNames } from "./names.ts";
import { type BreakerRequest, breakerRequestShape } from "./shapes.ts";

const coarseMs = 100;

function requestFile(home: string, name: BreakerName): string {
  return join(home, "breaker-requests", `${name}.json`);
}

/**
 * Asks every process that works on a home to trip or reset a breaker. The request stays, so that a process that starts
 * later follows it too; each follows it once, by its id. No secret in the words of why is kept.
 */
export async function requestBreaker(
  home: string,
  name: BreakerName,
  action: "trip" | "reset",
  words: string,
): Promise<BreakerRequest> {
  const why = await cleanWords(words);
  const request: BreakerRequest = { id: randomUUID(), name, action, why, at: new Date().toISOString() };
  await makeDirectory(join(home, "breaker-requests"));
  await writeWhole(requestFile(home, name), `${JSON.stringify(request)}\n`);
  return request;
}

/** Reads the newest request for each breaker of a home; files that did not change since the last look are not read. */
export function openRequests(home: string): () => BreakerRequest[] {
  const seen = new Map<BreakerName, string>();
  const directory = join(home, "breaker-requests");
  let settled = "";
  return () => {
    // A request is put in its place whole, which changes the directory; times of change are coarse, so not a young one.
    const { mark: now, changedMs } = markOf(directory);
    if (now === settled) return [];
    settled = Date.now() - changedMs > coarseMs ? now : "unsettled";
    return breakerNames.flatMap((name) => {
      const file = requestFile(home, name);
      const { mark } = markOf(file);
      if (mark === (seen.get(name) ?? "")) return [];
      seen.set(name, mark);
      const request = readRequest(file);
      return request?.name === name ? [request] : [];
    });
  };
}

function markOf(path: string): { readonly mark: string; readonly changedMs: number } {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { mark: "", changedMs: 0 };
    return { mark: `${stat.ino} ${stat.mtimeMs} ${stat.size}`, changedMs: stat.mtimeMs };
  } catch {
    return { mark: "", changedMs: 0 };
  }
}

function readRequest(file: string): BreakerRequest | null {
  try {
    const parsed = breakerRequestShape().safeParse(JSON.parse(readFileSync(file, "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
