import type { SinkView, View } from "../../services/observe/view.ts";
import { age, bytes, count, took } from "../format.ts";
import { type Line, span, type Tone } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { gauge } from "../parts/gauge.ts";
import { pad } from "../width.ts";
import { head } from "./block.ts";

function toneOf({ waiting, lagBytes }: SinkView): Tone {
  if (waiting !== "") return "warn";
  return lagBytes === null ? "dim" : "good";
}

const progressFrom = 100;

// What only a learner in this process knows is left out elsewhere; the time has room of its own, as it never rests.
function progressOf({ lessons, checkpointMs }: SinkView, { signs }: PaneState): string {
  const saved = checkpointMs === null ? "" : `  place saved in ${pad(took(checkpointMs), 6, signs.more, "right")}`;
  return `${saved}${lessons === null ? "" : `  ${count(lessons)} lessons`}`;
}

/** How far each sink is behind, and when it last saved its place. */
export function sinksBlock(view: View, cells: number, state: PaneState): Line[] {
  const { signs, now } = state;
  const bar = Math.max(6, Math.min(24, cells - 44));
  const rows = view.sinks.map((sink): Line => {
    const tone = toneOf(sink);
    const share = sink.lagBytes === null ? null : sink.lagBytes / view.pressure.pauseBytes;
    const isWide = sink.waiting === "" && cells >= progressFrom;
    const word = sink.waiting !== "" ? sink.waiting : sink.lagBytes === 0 ? "up to date" : "";
    return [
      span(`${tone === "warn" ? signs.warn : tone === "dim" ? signs.unknown : signs.good} `, tone),
      span(pad(sink.name, 11, signs.more)),
      span(pad(bytes(sink.lagBytes), 6, signs.more, "right")),
      span(" "),
      ...gauge(share, bar, signs, sink.optional ? "accent" : "warn"),
      span(pad(age(sink.checkpointAt, now), 5, signs.more, "right"), "dim"),
      span("  "),
      span(isWide ? pad(word, 10, signs.more) : word, tone === "warn" ? "warn" : "dim"),
      ...(isWide ? [span(progressOf(sink, state), "dim")] : []),
    ];
  });
  return [head("Sinks", "behind, and age of the checkpoint", cells, state), ...rows];
}
