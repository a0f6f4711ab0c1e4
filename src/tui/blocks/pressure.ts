import type { View } from "../../services/observe/view.ts";
import { bytes, left } from "../format.ts";
import { type Line, span } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { backlogRow, head } from "./block.ts";

/** The backlog against the bound at which intake pauses. */
export function pressureBlock(view: View, cells: number, state: PaneState): Line[] {
  const { backlogBytes, paused, pauseBytes, resumeBytes, drainBytesPerSecond, secondsLeft } = view.pressure;
  const word = paused === null ? "unknown" : paused ? "paused" : "open";
  const draining = drainBytesPerSecond !== null && drainBytesPerSecond > 0 && (backlogBytes ?? 0) > 0;
  const rest = draining
    ? `  ${bytes(drainBytesPerSecond)}/s, ${left(secondsLeft === null ? null : secondsLeft * 1000)} left`
    : "";
  const backlog = {
    name: `intake ${word}`,
    tone: paused === true ? "warn" : "plain",
    level: paused === true ? "warn" : paused === null ? "unknown" : "good",
    bytes: backlogBytes,
    pauseBytes,
    barTone: paused === true ? "warn" : "good",
  } as const;
  return [
    head("Backpressure", `pauses above ${bytes(pauseBytes)}, resumes below ${bytes(resumeBytes)}`, cells, state),
    backlogRow(backlog, [span(rest, "dim")], cells, state),
  ];
}
