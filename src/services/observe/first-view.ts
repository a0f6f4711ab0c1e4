import { resolve } from "node:path";
import type { Config } from "../../engine/config.ts";
import { essentialSinks, sinkNames } from "../../engine/stores/store.ts";
import { change } from "./fold.ts";
import { noRates } from "./rates.ts";
import type { View } from "./view.ts";

/** The snapshot before anything was measured: everything is unknown, and says so. */
export function firstView(config: Config, startedAt: string): View {
  const pauseBytes = config.values["backpressure.pauseBytes"];
  const unjudged: View = {
    home: config.home,
    dataset: resolve(config.home, config.values["dataset.path"] ?? "dataset.jsonl"),
    startedAt,
    learner: { state: "syncing", pid: null, command: "", since: null, why: "", paused: null },
    sinks: sinkNames.map((name, at) => ({
      name,
      optional: at >= essentialSinks,
      lagBytes: null,
      checkpointAt: null,
      checkpointMs: null,
      lessons: null,
      waiting: "",
    })),
    learned: null,
    pressure: {
      backlogBytes: null,
      paused: null,
      pauseBytes,
      resumeBytes: Math.floor(pauseBytes * config.values["backpressure.resumeShare"]),
      drainBytesPerSecond: null,
      secondsLeft: null,
    },
    disk: null,
    breakers: null,
    services: { state: "syncing", why: "", tier: null, list: [], usage: {} },
    readyAfterMs: {},
    commands: [],
    rates: noRates,
    happenings: [],
    demo: null,
    verdict: { level: "unknown", text: "Syncing" },
    attention: null,
  };
  return change(unjudged, {});
}
