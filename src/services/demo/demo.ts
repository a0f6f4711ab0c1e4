import { mkdtempSync, rmSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, openConfig } from "../../engine/config.ts";
import { makeDirectory } from "../../engine/disk.ts";
import { Failure, messageOf } from "../../engine/errors.ts";
import type { Environment } from "../../engine/home.ts";
import type { Action, Plain } from "../action.ts";
import { sizeWords } from "../observe/amounts.ts";
import { type Console, openConsole } from "../observe/console.ts";
import { change } from "../observe/fold.ts";
import { demoDimensions, openEmbeddingsServer } from "./embeddings-server.ts";
import { flood } from "./flood.ts";
import { replay } from "./replay.ts";
import { readSamples } from "./samples.ts";

const perSecondAtOne = 20;
const backAfterMs = 5000;

/** A demonstration: the real engine on a home that is gone afterwards, fed with recorded events, and faults to try. */
export interface Demo extends AsyncDisposable {
  readonly config: Config;
  /** The settings that make it a demonstration, as pairs. */
  readonly set: readonly string[];
  readonly console: Console;
  /** The faults, as actions. */
  readonly actions: readonly Action[];
  /** Starts the replay. */
  start(): Promise<void>;
}

function settingsFor(port: number): string[] {
  return [
    `embeddings.url=http://127.0.0.1:${port}`,
    "embeddings.model=demonstration",
    `embeddings.dimensions=${demoDimensions}`,
    "embeddings.timeoutMs=2000",
    "backpressure.pauseBytes=8388608",
    "breakers.failures=3",
    "breakers.openMs=10000",
    "dataset.readyPairs=200",
    "rotation.checkMinutes=null",
    "disk.minFreeBytes=104857600",
  ];
}

function temporaryHome(): string {
  try {
    return mkdtempSync(join(tmpdir(), "aistack-demo-"));
  } catch (error) {
    throw new Failure("home", {
      what: "The demonstration was not opened",
      why: `no temporary home was made in ${tmpdir()}: ${messageOf(error)}`,
      hint: "Type: TMPDIR=/a/place/that/can/be/written aistack tui --demo",
      cause: error,
    });
  }
}

/** Opens a demonstration that replays at so many times the recorded pace; nothing outside its temporary home is touched. */
export async function openDemo(
  { speed, set }: { readonly speed: number; readonly set: readonly string[] },
  environment: Environment,
): Promise<Demo> {
  const samples = readSamples();
  const home = temporaryHome();
  const server = await openEmbeddingsServer();
  const pairs = [...settingsFor(server.port), ...set];
  const config = openConfig({ home, set: pairs }, environment);
  const shown = openConsole(config);
  const stop = new AbortController();
  const directory = join(home, "telemetry");
  await makeDirectory(directory);
  const faults = new Set<string>();
  let replaying: Promise<void> = Promise.resolve();
  let back: NodeJS.Timeout | null = null;

  const say = (replayed?: number) =>
    shown.live.update((view) => {
      const demo = { speed, replayed: replayed ?? view.demo?.replayed ?? 0, faults: [...faults] };
      return change(view, { demo });
    });
  const fault = (name: string, sentence: string, run: () => Promise<Plain>): Action => ({
    name: `demo ${name}`,
    sentence,
    args: [],
    reads: true,
    run,
  });

  return {
    config,
    set: pairs,
    console: shown,
    actions: [
      fault(
        "stop",
        "Stop the embeddings server, or start it again: its breaker opens, and closes by itself",
        async () => {
          if (server.running) await server.stop();
          else await server.start();
          if (server.running) faults.delete("embeddings server stopped");
          else faults.add("embeddings server stopped");
          say();
          return { embeddings: server.running ? "running again" : "stopped" };
        },
      ),
      fault("flood", "Write tens of megabytes at once: intake pauses, the backlog drains, intake resumes", async () => {
        const bytes = await flood(directory, samples, { signal: stop.signal });
        return { flood: `${sizeWords(bytes)} of events written` };
      }),
      fault("corrupt", "Write a torn line: it is rejected with its address, and nothing else is lost", async () => {
        await appendFile(
          join(directory, "hybrid-events.jsonl"),
          '{"event_type": "agent_step_complete", "query": "torn in the mid\n',
        );
        return { corrupted: "one line of hybrid-events.jsonl" };
      }),
      fault(
        "kill",
        "Cut the learner off in the middle of its work; after five seconds it goes on from its checkpoint",
        async () => {
          await shown.learner.cut("it was cut off by the demonstration");
          back ??= setTimeout(() => {
            back = null;
            void shown.learner.start();
          }, backAfterMs);
          return { learner: `cut off; it comes back in ${backAfterMs / 1000} s` };
        },
      ),
    ],
    async start() {
      say();
      await shown.start();
      replaying = replay(samples, {
        directory,
        perSecond: perSecondAtOne * speed,
        onWritten: say,
        signal: stop.signal,
      });
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      if (back) clearTimeout(back);
      await replaying.catch(() => undefined);
      await shown.close();
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
