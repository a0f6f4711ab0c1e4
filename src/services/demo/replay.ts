import { join } from "node:path";
import { pause } from "../../engine/pause.ts";
import { openWriter, type Writer } from "../../engine/telemetry/write.ts";
import type { Samples } from "./samples.ts";

const tickMs = 250;
const logs = ["hybrid-events.jsonl", "ralph-events.jsonl", "aidb-events.jsonl"];
const topics = [
  "the ingest queue",
  "the vector store",
  "a slow query",
  "the backup job",
  "the model router",
  "a unit file",
];

/** A recorded event as if it happened now: its words about another case each time round, so that it is a lesson of its own. */
export function renewed(sample: Samples[number], turn: number): Record<string, unknown> {
  const event: Record<string, unknown> = { ...sample, timestamp: new Date().toISOString() };
  const topic = topics[turn % topics.length] ?? "";
  if (typeof event.query === "string") event.query = `${event.query} (case ${turn}: ${topic})`;
  if (typeof event.response === "string") event.response = `${event.response} Case ${turn} was about ${topic}.`;
  return event;
}

/** Writes the samples again and again, as the stack's own programs would: so many events a second, until the signal. */
export async function replay(
  samples: Samples,
  {
    directory,
    perSecond,
    signal,
    onWritten,
  }: {
    readonly directory: string;
    readonly perSecond: number;
    readonly onWritten: (events: number) => void;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const writers = new Map<string, Writer>();
  const writerOf = (log: string): Writer => {
    const known = writers.get(log) ?? openWriter(join(directory, log));
    writers.set(log, known);
    return known;
  };
  const started = performance.now();
  let written = 0;
  try {
    while (!signal.aborted) {
      const due = Math.floor(((performance.now() - started) / 1000) * perSecond);
      for (; written < due && !signal.aborted; written++) {
        const sample = samples[written % samples.length];
        if (sample === undefined) continue;
        const event = renewed(sample, written);
        await writerOf(logs[written % logs.length] ?? "")
          .append(event, { signal })
          .catch((error: unknown) => {
            if (!signal.aborted) throw error;
          });
      }
      onWritten(written);
      await pause(tickMs, { signal });
    }
  } finally {
    for (const writer of writers.values()) await writer.close();
  }
}
