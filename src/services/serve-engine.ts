import { Failure, messageOf } from "../engine/errors.ts";
import { pause } from "../engine/pause.ts";
import { learn } from "./learning.ts";
import { type EmitAll, openStack, type Stack } from "./stack.ts";

const tallyMs = 10_000;
const betweenMs = 1000;

type Line = Readonly<Record<string, unknown>>;

/** How loud an event is in the log. */
function levelOf({ type }: { readonly type: string }): "info" | "warning" {
  const quiet = ["file.found", "sink.resumed", "pressure.changed", "engine.held", "learned"];
  return quiet.includes(type) || type.startsWith("engine.") ? "info" : "warning";
}

function format(line: Line, json: boolean): string {
  const at = new Date().toISOString();
  if (json) return JSON.stringify({ at, ...line });
  const { level, type, ...rest } = line;
  const words = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [at, level, type, ...words].join(" ");
}

/** Lines that come from callbacks, to be read one after the other. */
function openLines(json: boolean) {
  const waiting: string[] = [];
  let wake: () => void = () => undefined;
  return {
    say(line: Line) {
      waiting.push(format(line, json));
      wake();
    },
    take: () => waiting.splice(0),
    next: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
        if (waiting.length > 0) resolve();
      }),
  };
}

interface Sum {
  readonly events: number;
  readonly lessons: number;
  readonly withdrawn: number;
  readonly bytes: number;
}

/** What was taken since it was last said, so that a busy log is not doubled by another one. */
function openTally(say: (line: Line) => void) {
  const sums = new Map<string, Sum>();
  const flush = () => {
    for (const [sink, sum] of sums) say({ level: "info", type: "learned", sink, ...sum });
    sums.clear();
  };
  const timer = setInterval(flush, tallyMs);
  return {
    add({ sink, events, lessons, withdrawn, bytes }: Sum & { readonly sink: string }) {
      const sum = sums.get(sink) ?? { events: 0, lessons: 0, withdrawn: 0, bytes: 0 };
      sums.set(sink, {
        events: sum.events + events,
        lessons: sum.lessons + lessons,
        withdrawn: sum.withdrawn + withdrawn,
        bytes: sum.bytes + bytes,
      });
    },
    close() {
      clearInterval(timer);
      flush();
    },
  };
}

/**
 * Runs the learner until it is asked to end, saying what happens line by line. While somebody else learns on the same
 * home it looks on, and takes over when they end. Fails with what stopped the learner.
 */
export async function* serveEngine(
  stack: Stack,
  { json, signal }: { readonly json: boolean; readonly signal: AbortSignal },
): AsyncIterable<string> {
  const lines = openLines(json);
  const tally = openTally(lines.say);
  const emit: EmitAll = (event) => {
    if (event.type === "batch.taken") tally.add(event);
    else lines.say({ level: levelOf(event), ...event });
  };
  lines.say({ level: "info", type: "engine.started", home: stack.config.home, pid: process.pid });
  const run = async () => {
    await using own = openStack(stack.config, emit);
    while (!signal.aborted) {
      await learn(own, { once: false, sources: [], replay: false, rebuildVectors: false }, signal).catch(
        (error: unknown) => {
          // Who is asked to end while the store is away has no sum to give, and nothing to lose.
          if (!signal.aborted || !(error instanceof Failure) || error.code !== "silent") throw error;
        },
      );
      if (!signal.aborted) await pause(betweenMs, { signal });
    }
  };
  let ended = false;
  const running = run()
    .catch((error: unknown) => {
      lines.say({ level: "error", type: "engine.failed", why: messageOf(error) });
      throw error;
    })
    .finally(() => {
      tally.close();
      ended = true;
      lines.say({ level: "info", type: "engine.ended" });
    });
  running.catch(() => undefined);
  while (!ended) {
    await lines.next();
    yield* lines.take();
  }
  yield* lines.take();
  await running;
}
