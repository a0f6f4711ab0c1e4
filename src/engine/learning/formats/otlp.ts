import { unknownEnding, type WorkOutcome } from "../lesson.ts";
import { type Dialect, isoTime, type Outcome, type Reading, rejectBad } from "./dialect.ts";
import { logsShape, messagesShape, type Span, spanShape, spansShape } from "./shapes.ts";

type Attributes = ReadonlyMap<string, unknown>;

function attributesOf(list: Span["attributes"]): Attributes {
  return new Map(
    list.map(({ key, value }) => [
      key,
      value?.stringValue ?? value?.doubleValue ?? value?.intValue ?? value?.boolValue ?? value?.arrayValue?.values,
    ]),
  );
}

function messageText(value: unknown, roles: readonly string[]): string {
  if (typeof value !== "string") return "";
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return value;
  }
  const messages = messagesShape.safeParse(Array.isArray(parsed) ? parsed : [parsed]);
  if (!messages.success) return value;
  return messages.data
    .filter(({ role }) => role === undefined || roles.includes(role))
    .map(
      ({ content, parts }) =>
        content ??
        (parts ?? []).flatMap((part) => (typeof part.content === "string" ? [part.content] : [])).join("\n\n"),
    )
    .filter((text) => text !== "")
    .join("\n\n");
}

const promptRoles = ["user", "human"];
const answerRoles = ["assistant", "model", "ai"];

// The conventions moved: messages in one attribute, numbered attributes, or events on the span (OpenTelemetry GenAI).
function words(own: Attributes, events: readonly Attributes[]): { prompt: string; response: string } {
  const all = [own, ...events];
  const pick = (names: readonly string[], roles: readonly string[]) => {
    for (const attributes of all) {
      for (const name of names) {
        const text = messageText(attributes.get(name), roles);
        if (text !== "") return text;
      }
    }
    return "";
  };
  return {
    prompt: pick(["gen_ai.input.messages", "gen_ai.prompt", "gen_ai.prompt.0.content"], promptRoles),
    response: pick(["gen_ai.output.messages", "gen_ai.completion", "gen_ai.completion.0.content"], answerRoles),
  };
}

function outcomeOf(span: Span, own: Attributes): WorkOutcome {
  const code = span.status?.code;
  if (code === 2 || code === "STATUS_CODE_ERROR" || own.has("error.type")) return "failed";
  const reasons = JSON.stringify(own.get("gen_ai.response.finish_reasons") ?? "");
  return /length|content_filter|error/.test(reasons) ? "partial" : "success";
}

function readSpan(value: unknown): Outcome {
  const parsed = spanShape.safeParse(value);
  if (!parsed.success) return { reason: "malformed_span", bad: true };
  const span = parsed.data;
  const own = attributesOf(span.attributes);
  const isGenAi = (attributes: Attributes) => [...attributes.keys()].some((key) => key.startsWith("gen_ai."));
  const events = span.events.map((event) => attributesOf(event.attributes));
  if (!isGenAi(own) && !events.some(isGenAi)) return { reason: "not_genai" };
  const { prompt, response } = words(own, events);
  if (prompt === "" || response === "") return { reason: "no_text" };
  const endNano = Number(span.endTimeUnixNano ?? span.startTimeUnixNano ?? Number.NaN);
  const latency = (Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano)) / 1e6;
  const draft = {
    patternId: `span_${span.traceId}_${span.spanId}`,
    kind: "span" as const,
    prompt,
    response,
    backend: String(own.get("gen_ai.response.model") ?? own.get("gen_ai.request.model") ?? ""),
    iterations: 1,
    timestamp: isoTime(endNano / 1e6),
    successMetrics: Number.isFinite(latency) ? { latency_ms: latency } : {},
    feedback: null,
    ending: { ...unknownEnding, said: outcomeOf(span, own) },
  };
  return { draft };
}

function readLog(value: unknown): Outcome {
  const isRecord = typeof value === "object" && value !== null;
  if (!isRecord) return { reason: "malformed_span", bad: true };
  return readSpan({ ...value, endTimeUnixNano: "timeUnixNano" in value ? value.timeUnixNano : undefined });
}

/** OpenTelemetry export lines (OTLP JSON): one event per span or log record; generative-AI spans teach. */
export const otlp: Dialect = {
  name: "OTLP",
  recognises: (record) => "resourceSpans" in record || "resourceLogs" in record,
  read(record, turns): Reading {
    const spans = spansShape.safeParse(record);
    const logs = logsShape.safeParse(record);
    if (!spans.success && !logs.success) return rejectBad("malformed_span", turns);
    const outcomes = [
      ...(spans.data?.resourceSpans ?? []).flatMap((one) =>
        one.scopeSpans.flatMap((scope) => scope.spans.map(readSpan)),
      ),
      ...(logs.data?.resourceLogs ?? []).flatMap((one) =>
        one.scopeLogs.flatMap((scope) => scope.logRecords.map(readLog)),
      ),
    ];
    return { outcomes: outcomes.length > 0 ? outcomes : [{ reason: "no_spans" }], turns };
  },
};
