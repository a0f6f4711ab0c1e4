import type { ByteRange, Ending } from "../../lesson.ts";
import { exchange, type Facts } from "../chat/exchange.ts";
import { isoTime, type Outcome } from "../dialect.ts";
import { fromJson, listOf, numberOf, recordOf, textOf, tokensOf } from "../field.ts";
import { type Span, spanShape } from "../shapes.ts";
import { type Attributes, attributesOf } from "./attributes.ts";
import { type Place, type SpanEvent, spanWords } from "./span-words.ts";

const genAi =
  /^(?:gen_ai\.|llm\.|ai\.(?:prompt|response|result|model|operationId)|openinference\.|pydantic_ai\.|langfuse\.observation)/;
const modelKinds: ReadonlySet<string> = new Set([
  "llm",
  "agent",
  "generation",
  "chat",
  "text_completion",
  "generate_content",
  "completion",
  "invoke_agent",
]);
const otherWork: ReadonlySet<string> = new Set([
  "embeddings",
  "embedding",
  "execute_tool",
  "create_agent",
  "tool",
  "retriever",
  "reranker",
  "guardrail",
  "evaluator",
  "rerank",
  "retrieval",
]);

function kindOf(own: Attributes): string {
  return textOf(
    own.get("gen_ai.operation.name"),
    own.get("openinference.span.kind"),
    own.get("langfuse.observation.type"),
    own.get("llm.request.type"),
    own.get("traceloop.span.kind"),
  ).toLowerCase();
}

function stopOf(own: Attributes): string {
  const reasons = fromJson(own.get("gen_ai.response.finish_reasons"));
  return textOf(
    ...listOf(reasons).toReversed(),
    reasons,
    own.get("gen_ai.response.finish_reason"),
    own.get("gen_ai.response.stop_reason"),
    own.get("llm.response.finish_reason"),
    own.get("llm.response.stop_reason"),
    own.get("llm.finish_reason"),
    own.get("ai.response.finishReason"),
    own.get("ai.finishReason"),
  );
}

function errorOf(own: Attributes, events: readonly SpanEvent[]): string {
  const thrown = events.find(({ name }) => name === "exception" || name === "gen_ai.client.operation.exception");
  return textOf(
    own.get("error.type"),
    own.get("exception.type"),
    thrown?.attributes.get("exception.type"),
    thrown?.attributes.get("exception.message"),
  );
}

// A span that ends when it begins was never timed, and one without an end is not over; one that ends before it begins
// is told with a time below 0.
function latencyOf({ startTimeUnixNano, endTimeUnixNano }: Span): number | null {
  const end = Number(endTimeUnixNano);
  const ms = (end - Number(startTimeUnixNano)) / 1e6;
  return end > 0 && (ms > 0 || ms < 0) ? ms : null;
}

function endingOf(span: Span, own: Attributes, events: readonly SpanEvent[]): Partial<Ending> {
  const { code } = recordOf(span.status);
  const isFailed = code === 2 || code === "2" || code === "STATUS_CODE_ERROR" || code === "ERROR";
  return {
    said: isFailed || own.get("langfuse.observation.level") === "ERROR" ? "failed" : null,
    error: errorOf(own, events),
    stop: stopOf(own),
    latencyMs: latencyOf(span),
    tokensOut: tokensOf(
      own.get("gen_ai.usage.output_tokens"),
      own.get("gen_ai.usage.completion_tokens"),
      own.get("llm.usage.completion_tokens"),
      own.get("llm.token_count.completion"),
      own.get("ai.usage.outputTokens"),
      own.get("ai.usage.completionTokens"),
    ),
  };
}

function factsOf(span: Span, own: Attributes, events: readonly SpanEvent[]): Facts {
  const latency = latencyOf(span);
  return {
    kind: "span",
    patternId: `span_${span.traceId}_${span.spanId}`,
    backend: textOf(
      own.get("gen_ai.response.model"),
      own.get("gen_ai.request.model"),
      own.get("llm.model_name"),
      own.get("ai.response.model"),
      own.get("ai.model.id"),
      own.get("langfuse.observation.model.name"),
    ),
    timestamp: isoTime(span.endTimeUnixNano ?? span.startTimeUnixNano),
    feedback: null,
    metrics: latency === null ? {} : { latency_ms: latency },
    ending: endingOf(span, own, events),
  };
}

/** What a span teaches: one that is a call of a model, or the work of an agent, with its words. */
export function readSpan(value: unknown, place: ByteRange): readonly Outcome[] {
  const parsed = spanShape.safeParse(value);
  if (!parsed.success) return [{ reason: "malformed_span", bad: true }];
  const span = parsed.data;
  const own = attributesOf(span.attributes);
  const events = span.events.map(({ name, attributes }) => ({ name, attributes: attributesOf(attributes) }));
  const isGenAi = (attributes: Attributes) => [...attributes.keys()].some((key) => genAi.test(key));
  const kind = kindOf(own);
  const isModelWork = isGenAi(own) || events.some(({ name, attributes }) => isGenAi(attributes) || genAi.test(name));
  if (!isModelWork || otherWork.has(kind)) return [{ reason: "not_genai" }];
  const isModel = modelKinds.has(kind) || numberOf(own.get("gen_ai.usage.output_tokens")) !== null;
  const where: Place = { own, events, isModel };
  const { asked, answered } = spanWords(where);
  if (asked.length === 0 && answered.length === 0) {
    return [{ reason: kind === "chain" || kind === "workflow" || kind === "task" ? "not_genai" : "no_text" }];
  }
  return exchange([...asked, ...answered], factsOf(span, own, events), place);
}
