import { Failure, messageOf } from "../../engine/errors.ts";
import { pause } from "../../engine/pause.ts";
import { verbs } from "./argv.ts";
import type { PodmanEvent } from "./container.ts";
import { type EventLog, findEventLog, openEventLog } from "./event-log.ts";
import { labels } from "./names.ts";
import { parseEvent } from "./parse.ts";
import type { PodmanStream } from "./podman.ts";
import type { Stage } from "./stage.ts";

const firstRestMs = 1000;
const longestRestMs = 30_000;
const lookAfterMs = 30_000;
// It takes a moment until Podman listens, and a kill stands a little before the death that it explains.
const beforeMs = 250;

/** Who is told what happens to a stack's containers. */
export interface Follower {
  readonly onEvent: (event: PodmanEvent) => void;
  /** Called whenever something may have been missed, so that it is looked up. */
  readonly resumed: () => void;
  readonly signal: AbortSignal;
}

/** A log whose events are to be followed instead of the stream's, and what it told after the stream's last. */
interface Handover {
  readonly log: EventLog;
  readonly ahead: readonly PodmanEvent[];
  readonly news: { changed: () => void };
}

const isSame = (a: PodmanEvent, b: PodmanEvent) => a.id === b.id && a.what === b.what && a.at === b.at;

function openLogOf(pid: number | null, onChange: () => void): EventLog | null {
  const path = pid === null ? null : findEventLog(pid);
  try {
    return path === null ? null : openEventLog(path, onChange);
  } catch {
    // The stream tells all the same.
    return null;
  }
}

// Follows the stream until it ends, or until a log told the same event as the stream and the system told of its change.
async function followStream(
  stream: PodmanStream,
  mayLeave: boolean,
  onEvent: (event: PodmanEvent) => void,
  complain: (why: string) => void,
): Promise<Handover | null> {
  let log: EventLog | null = null;
  let woken = false;
  const news = {
    changed() {
      woken = true;
    },
  };
  let left = false;
  try {
    for await (const { stream: from, text } of stream.lines) {
      if (from === "stderr") complain(text);
      if (from === "stderr" || text === "") continue;
      const event = parseEvent(text);
      onEvent(event);
      if (!mayLeave) continue;
      if (log === null) {
        log = openLogOf(stream.pid(), () => news.changed());
        continue;
      }
      const { events } = log.read();
      const at = events.findLastIndex((one) => isSame(one, event));
      if (at === -1 || !woken) continue;
      left = true;
      return { log, ahead: events.slice(at + 1), news };
    }
    return null;
  } finally {
    if (!left) log?.[Symbol.dispose]();
  }
}

// Follows the log until the signal comes; fails when it can be followed no longer.
async function followLog({ log: opened, ahead, news }: Handover, follower: Follower): Promise<void> {
  using log = opened;
  const { onEvent, resumed, signal } = follower;
  for (const event of ahead) onEvent(event);
  while (!signal.aborted) {
    const changed = new AbortController();
    news.changed = () => changed.abort();
    const { events, begunAnew } = log.read();
    for (const event of events) onEvent(event);
    if (begunAnew) resumed();
    if (events.length > 0 || begunAnew) continue;
    await pause(lookAfterMs, { signal: AbortSignal.any([signal, changed.signal]) });
    if (signal.aborted || changed.signal.aborted) continue;
    if (log.isBehind()) throw new Error("its log grew and nothing told of it");
  }
}

/**
 * Follows everything that happens to the stack's containers until the signal comes. One `podman events` runs; where it
 * only reads a file, which it does by looking at it again and again, that file is watched instead as soon as it was seen
 * to tell the same. When either ends, a stream is started after a rest, and `resumed` is called so that what was missed
 * is looked up.
 */
export async function followEvents({ podman, manifest, say, local }: Stage, follower: Follower): Promise<void> {
  const { resumed, signal } = follower;
  let restMs = firstRestMs;
  let mayLeave = local;
  const onEvent = (event: PodmanEvent) => {
    if (event.labels[labels.project] === manifest.project) follower.onEvent(event);
  };
  while (!signal.aborted) {
    const began = performance.now();
    let why = "the stream ended";
    try {
      let handover: Handover | null = null;
      {
        await using stream = podman.stream(verbs.events(new Date(Date.now() - beforeMs).toISOString()), { signal });
        resumed();
        handover = await followStream(stream, mayLeave, onEvent, (text) => {
          why = text;
        });
      }
      if (handover !== null) {
        mayLeave = false;
        await followLog(handover, { ...follower, onEvent });
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
