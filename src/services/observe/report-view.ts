import type { Report } from "../../engine/shapes.ts";
import type { ListedBreaker } from "../breaker-list.ts";
import type { Change } from "./fold.ts";
import type { BreakerView, View } from "./view.ts";

/** A breaker as it is listed, for a snapshot. */
export function breakerView({ state, lastError, ...one }: ListedBreaker): BreakerView {
  const words = { half_open: "half-open", "not used yet": "not used", closed: "closed", open: "open" } as const;
  return { ...one, state: words[state], lastError: lastError ?? "" };
}

/** What a running learner reports, as a part of a snapshot. */
export function reportChange(view: View, report: Report): Change {
  const { intakePaused, backlogBytes, drainBytesPerSecond, secondsLeft } = report.pressure;
  return {
    learner: { ...view.learner, paused: report.paused?.why ?? null },
    disk: report.disk,
    pressure: { ...view.pressure, paused: intakePaused, backlogBytes, drainBytesPerSecond, secondsLeft },
    sinks: view.sinks.map((sink) => {
      const known = report.sinks.find(({ name }) => name === sink.name);
      if (!known) return sink;
      const { lagBytes, measured, waiting, checkpointAt } = known;
      return {
        ...sink,
        lagBytes: measured ? lagBytes : sink.lagBytes,
        waiting,
        checkpointAt: checkpointAt ?? sink.checkpointAt,
      };
    }),
  };
}
