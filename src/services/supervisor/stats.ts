import { verbs } from "./argv.ts";
import type { Usage } from "./container.ts";
import { parseUsage } from "./parse.ts";
import type { Podman } from "./podman.ts";

/**
 * What containers use, frame by frame, from one `podman stats`. The first frame is left out: its percentage is the
 * average over the container's whole life.
 */
export async function* readUsage(
  podman: Podman,
  names: readonly string[],
  { intervalSeconds, signal }: { readonly intervalSeconds: number; readonly signal: AbortSignal },
): AsyncGenerator<Usage[]> {
  await using stream = podman.stream(verbs.stats(names, intervalSeconds), { signal });
  let frame: string[] = [];
  let isFirst = true;
  for await (const { stream: from, text } of stream.lines) {
    if (from === "stderr") continue;
    frame.push(text);
    if (text !== "]" && text !== "[]") continue;
    const usage = parseUsage(frame.join("\n"));
    frame = [];
    if (!isFirst) yield usage;
    isFirst = false;
  }
}
