import { Failure, messageOf } from "../../engine/errors.ts";
import { pause } from "../../engine/pause.ts";
import { verbs } from "./argv.ts";
import type { PodmanEvent } from "./container.ts";
import { labels } from "./names.ts";
import { parseEvent } from "./parse.ts";
import type { Stage } from "./stage.ts";

const firstRestMs = 1000;
const longestRestMs = 30_000;

/**
 * Follows everything that happens to the stack's containers until the signal comes. One `podman events` runs; when it
 * ends, another is started after a rest, and `resumed` is called so that what was missed is looked up.
 */
export async function followEvents(
  { podman, manifest, say }: Stage,
  {
    onEvent,
    resumed,
    signal,
  }: { readonly onEvent: (event: PodmanEvent) => void; readonly resumed: () => void; readonly signal: AbortSignal },
): Promise<void> {
  let restMs = firstRestMs;
  while (!signal.aborted) {
    const began = performance.now();
    let why = "the stream ended";
    try {
      await using stream = podman.stream(verbs.events(null), { signal });
      resumed();
      for await (const { stream: from, text } of stream.lines) {
        if (from === "stderr") {
          why = text;
          continue;
        }
        if (text === "") continue;
        const event = parseEvent(text);
        if (event.labels[labels.project] === manifest.project) onEvent(event);
      }
    } catch (error) {
      if (!signal.aborted) why = error instanceof Failure ? error.message : messageOf(error);
    }
    if (signal.aborted) return;
    restMs = performance.now() - began > longestRestMs ? firstRestMs : Math.min(restMs * 2, longestRestMs);
    say({ type: "podman.lost", what: "events", why, retryMs: restMs });
    await pause(restMs, { signal });
  }
}
