import type { View } from "../../services/observe/view.ts";
import { bytes, left } from "../format.ts";
import { type Line, span } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { gauge } from "../parts/gauge.ts";
import { pad } from "../width.ts";
import { head } from "./block.ts";

/** The backlog against the bound at which intake pauses. */
export function pressureBlock(view: View, cells: number, state: PaneState): Line[] {
  const { backlogBytes, paused, pauseBytes, resumeBytes, drainBytesPerSecond, secondsLeft } = view.pressure;
  const { signs } = state;
  const word = paused === null ? "unknown" : paused ? "paused" : "open";
  const bar = Math.max(6, Math.min(40, cells - 50));
  const share = backlogBytes === null ? null : backlogBytes / pauseBytes;
  const tone = paused === true ? "warn" : "good";
  const draining = drainBytesPerSecond !== null && drainBytesPerSecond > 0 && (backlogBytes ?? 0) > 0;
  return [
    head("Backpressure", `pauses above ${bytes(pauseBytes)}, resumes below ${bytes(resumeBytes)}`, cells, state),
    [
      span(
        `${paused === true ? signs.warn : paused === null ? signs.unknown : signs.good} `,
        paused === null ? "dim" : tone,
      ),
      span(pad(`intake ${word}`, 15, signs.more), paused === true ? "warn" : "plain"),
      span(pad(bytes(backlogBytes), 6, signs.more, "right")),
      span(" "),
      ...gauge(share, bar, signs, tone),
      span(
        draining
          ? `  ${bytes(drainBytesPerSecond)}/s, ${left(secondsLeft === null ? null : secondsLeft * 1000)} left`
          : "",
        "dim",
      ),
    ],
  ];
}
