import type { SinkView, View } from "../../services/observe/view.ts";
import { age, count, took } from "../format.ts";
import { type Line, span } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { pad } from "../width.ts";
import { backlogRow, head } from "./block.ts";

function levelOf({ waiting, lagBytes }: SinkView): "good" | "warn" | "unknown" {
  if (waiting !== "") return "warn";
  return lagBytes === null ? "unknown" : "good";
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
  const rows = view.sinks.map((sink): Line => {
    const level = levelOf(sink);
    const isWide = level !== "warn" && cells >= progressFrom;
    const word = level === "warn" ? sink.waiting : sink.lagBytes === 0 ? "up to date" : "";
    const backlog = {
      name: sink.name,
      tone: "plain",
      level,
      bytes: sink.lagBytes,
      pauseBytes: view.pressure.pauseBytes,
      barTone: sink.optional ? "accent" : "warn",
    } as const;
    const rest = [
      span(pad(age(sink.checkpointAt, now), 5, signs.more, "right"), "dim"),
      span("  "),
      span(isWide ? pad(word, 10, signs.more) : word, level === "warn" ? "warn" : "dim"),
      ...(isWide ? [span(progressOf(sink, state), "dim")] : []),
    ];
    return backlogRow(backlog, rest, cells, state);
  });
  return [head("Sinks", "behind, and age of the checkpoint", cells, state), ...rows];
}
