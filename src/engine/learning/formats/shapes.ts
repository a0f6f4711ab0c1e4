import * as z from "zod";

/** A turn as a cursor saves it: its words are redacted, so that no raw word is written anywhere but in the logs. */
export const turnShape = z.strictObject({
  dialect: z.string(),
  session: z.string(),
  /** The question, redacted. */
  prompt: z.string(),
  /** The answer so far, redacted; empty while there is none, and after each tool. */
  response: z.string(),
  startedAt: z.string(),
  answeredAt: z.string(),
  model: z.string(),
  steps: z.int(),
  failures: z.int(),
  /** Whether the last tool failed. */
  failing: z.boolean(),
  /** Why the model stopped, in its provider's word; empty where that is not known. */
  stop: z.string(),
  /** The error that was recorded; empty where there was none. */
  error: z.string(),
  /** Whether a person or an agent asked. */
  asked: z.boolean(),
  /** Tokens of the answer; null where nobody counted them. */
  tokensOut: z.int().nullable(),
  /** Offset of the question's line, and where the last line of the answer ends. */
  from: z.int().min(0),
  to: z.int().min(0),
  /** The question that the person rejected answers to, with the names of those answers; null in any other turn. */
  corrects: z.strictObject({ prompt: z.string(), negatives: z.array(z.string()), undoes: z.boolean() }).nullable(),
  /** What it was taught as, because nothing came for a while; empty while it was not. */
  taught: z.string(),
  /** Whether it was decided with these very words already, whatever came of it. */
  settled: z.boolean(),
});

/** A turn of a conversation; saved with the cursor, so it is plain JSON. */
export type Turn = Readonly<z.infer<typeof turnShape>>;

/** The turns that are open after a line, one a conversation, the one that was opened last at the end. */
export type Turns = readonly Turn[];

const text = z.string();
const stamp = z.union([z.string(), z.number()]).optional();

/** A finished task as the Ralph orchestrator writes it. */
export const taskShape = z.looseObject({
  task_id: z.union([text, z.number()]).optional(),
  status: text,
  total_iterations: z.number().optional(),
  task: z.looseObject({
    task_id: z.union([text, z.number()]).optional(),
    prompt: text,
    output: text.nullish(),
    iteration: z.number().optional(),
    backend: text.nullish(),
  }),
  timestamp: stamp,
});

/** A finished task, parsed. */
export type FinishedTask = z.infer<typeof taskShape>;

/** A solved error. */
export const errorShape = z.looseObject({
  error_id: z.union([text, z.number()]),
  error_description: text,
  solution: text,
  resolution_time: z.number().nullish(),
  timestamp: stamp,
});

/** A question and its answer, with how long it took. */
export const inferenceShape = z.looseObject({
  query: text,
  response: text,
  latency_ms: z.number().optional(),
  model: text.nullish(),
  role: text.nullish(),
  session_id: text.nullish(),
  tokens_in: z.number().nullish(),
  tokens_out: z.number().nullish(),
  tokens_used: z.number().nullish(),
  success: z.boolean().nullish(),
  user_feedback: z.number().nullish(),
  finish_reason: text.nullish(),
  stop_reason: text.nullish(),
  timestamp: stamp,
});

/** A question and its answer, parsed. */
export type Inference = z.infer<typeof inferenceShape>;

/** A tracked interaction; only one that carries its words can teach. */
export const interactionShape = z.looseObject({
  interaction_id: z.union([text, z.number()]).optional(),
  query: text,
  response: text,
  outcome: text.nullish(),
  model_used: text.nullish(),
  user_feedback: z.number().nullish(),
  latency_ms: z.number().nullish(),
  timestamp: stamp,
});

/** An editor event; its words are in the metadata when the extension sends them. */
export const vscodeShape = z.looseObject({
  extension: text.optional(),
  model_used: text.nullish(),
  success: z.boolean().default(true),
  latency_ms: z.number().nullish(),
  user_feedback: z.number().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  timestamp: stamp,
});

/** An editor event, parsed. */
export type EditorEvent = z.infer<typeof vscodeShape>;

const block = z.looseObject({
  type: text,
  text: text.optional(),
  is_error: z.boolean().optional(),
});

/** One message of a Claude Code session. */
export const claudeShape = z.looseObject({
  type: z.enum(["user", "assistant"]),
  uuid: text,
  sessionId: text,
  timestamp: text,
  isSidechain: z.boolean().optional(),
  isMeta: z.boolean().optional(),
  message: z.looseObject({
    role: text,
    model: text.optional(),
    stop_reason: text.nullish(),
    content: z.union([text, z.array(block)]),
  }),
});

/** One message of a Claude Code session, parsed. */
export type ClaudeMessage = z.infer<typeof claudeShape>;

/** One entry of a Codex rollout. */
export const codexShape = z.looseObject({
  timestamp: text,
  type: text,
  payload: z.looseObject({
    type: text.optional(),
    id: text.optional(),
    role: text.optional(),
    model: text.optional(),
    message: text.optional(),
    last_agent_message: text.nullish(),
    content: z.array(block).optional(),
    output: z.unknown().optional(),
    status: z.unknown().optional(),
    error: z.unknown().optional(),
    codex_error_info: z.unknown().optional(),
  }),
});

/** One entry of a Codex rollout, parsed. */
export type CodexEntry = z.infer<typeof codexShape>;

/** An attribute value of OpenTelemetry. */
const anyValue = z.looseObject({
  stringValue: text.optional(),
  intValue: z.union([text, z.number()]).optional(),
  doubleValue: z.number().optional(),
  boolValue: z.boolean().optional(),
  arrayValue: z.looseObject({ values: z.array(z.unknown()).default([]) }).optional(),
  kvlistValue: z.looseObject({ values: z.array(z.unknown()).default([]) }).optional(),
});
const attributes = z.array(z.looseObject({ key: text, value: anyValue.optional() })).default([]);

/** One span as OTLP JSON writes it. */
export const spanShape = z.looseObject({
  traceId: text.default(""),
  spanId: text.default(""),
  startTimeUnixNano: z.union([text, z.number()]).optional(),
  endTimeUnixNano: z.union([text, z.number()]).optional(),
  attributes,
  events: z.array(z.looseObject({ name: text.default(""), attributes })).default([]),
  status: z.looseObject({ code: z.union([text, z.number()]).optional() }).optional(),
});

/** One span, parsed. */
export type Span = z.infer<typeof spanShape>;

/** The spans of one exported line. */
export const spansShape = z.looseObject({
  resourceSpans: z.array(
    z.looseObject({ scopeSpans: z.array(z.looseObject({ spans: z.array(z.unknown()).default([]) })).default([]) }),
  ),
});

/** The log records of one exported line. */
export const logsShape = z.looseObject({
  resourceLogs: z.array(
    z.looseObject({ scopeLogs: z.array(z.looseObject({ logRecords: z.array(z.unknown()).default([]) })).default([]) }),
  ),
});
