import type { ByteRange } from "../../lesson.ts";
import { type Dialect, type Outcome, type Reading, rejectBad } from "../dialect.ts";
import { recordOf } from "../field.ts";
import { logsShape, spansShape, type Turns } from "../shapes.ts";
import { attributesOf } from "./attributes.ts";
import { readLog } from "./logs.ts";
import { readSpan } from "./spans.ts";

function readLogs(value: unknown, turns: Turns, place: ByteRange): Reading | null {
  const logs = logsShape.safeParse(value);
  if (!logs.success) return null;
  const outcomes: Outcome[] = [];
  let open = turns;
  for (const one of logs.data.resourceLogs) {
    const resource = attributesOf(recordOf(one.resource).attributes);
    for (const record of one.scopeLogs.flatMap(({ logRecords }) => logRecords)) {
      const reading = readLog(record, resource, open, place);
      outcomes.push(...reading.outcomes);
      open = reading.turns;
    }
  }
  return { outcomes, turns: open };
}

/** OpenTelemetry export lines (OTLP JSON): one event per span or log record; generative-AI work teaches. */
export const otlp: Dialect = {
  name: "OTLP",
  recognises: (record) => "resourceSpans" in record || "resourceLogs" in record || "resourceMetrics" in record,
  read(record, turns, place): Reading {
    const spans = spansShape.safeParse(record);
    const logs = readLogs(record, turns, place);
    if (!spans.success && logs === null) {
      if (Array.isArray(record.resourceMetrics)) return { outcomes: [{ reason: "no_spans" }], turns };
      return rejectBad("malformed_span", turns);
    }
    const fromSpans = (spans.data?.resourceSpans ?? []).flatMap((one) =>
      one.scopeSpans.flatMap((scope) => scope.spans.flatMap((span) => readSpan(span, place))),
    );
    const outcomes = [...fromSpans, ...(logs?.outcomes ?? [])];
    return { outcomes: outcomes.length > 0 ? outcomes : [{ reason: "no_spans" }], turns: logs?.turns ?? turns };
  },
};
