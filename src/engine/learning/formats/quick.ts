import type { JsonRecord } from "./dialect.ts";
import type { ClaudeMessage, EditorEvent, FinishedTask, Inference } from "./shapes.ts";

// A look at the fields takes a tenth of the time that parsing by a shape does, and most lines are as they should be. A
// guard says yes only where the shape would parse to the very same record; after a no the shape decides.

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isNone = (value: unknown): value is null | undefined => value === undefined || value === null;
const mayBeText = (value: unknown) => isNone(value) || isText(value);
const mayBeNumber = (value: unknown) => isNone(value) || isNumber(value);
const numberIfAny = (value: unknown) => value === undefined || isNumber(value);
const textIfAny = (value: unknown) => value === undefined || isText(value);
const flagIfAny = (value: unknown) => value === undefined || typeof value === "boolean";
const mayBeFlag = (value: unknown) => value === null || flagIfAny(value);
const labelIfAny = (value: unknown) => value === undefined || isText(value) || isNumber(value);

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a record is surely a finished task. */
export function isTaskRecord(record: JsonRecord): record is FinishedTask {
  const { task } = record;
  return (
    isText(record.status) &&
    labelIfAny(record.task_id) &&
    numberIfAny(record.total_iterations) &&
    labelIfAny(record.timestamp) &&
    isRecord(task) &&
    labelIfAny(task.task_id) &&
    isText(task.prompt) &&
    mayBeText(task.output) &&
    numberIfAny(task.iteration) &&
    mayBeText(task.backend)
  );
}

/** Whether a record is surely a question with its answer. */
export function isInferenceRecord(record: JsonRecord): record is Inference {
  return (
    isText(record.query) &&
    isText(record.response) &&
    numberIfAny(record.latency_ms) &&
    mayBeText(record.model) &&
    mayBeText(record.role) &&
    mayBeText(record.session_id) &&
    mayBeNumber(record.tokens_in) &&
    mayBeNumber(record.tokens_out) &&
    mayBeNumber(record.tokens_used) &&
    mayBeText(record.finish_reason) &&
    mayBeText(record.stop_reason) &&
    mayBeFlag(record.success) &&
    mayBeNumber(record.user_feedback) &&
    labelIfAny(record.timestamp)
  );
}

/** Whether a record is surely an editor event that says how it ended. */
export function isEditorRecord(record: JsonRecord): record is EditorEvent {
  return (
    typeof record.success === "boolean" &&
    textIfAny(record.extension) &&
    mayBeText(record.model_used) &&
    mayBeNumber(record.latency_ms) &&
    mayBeNumber(record.user_feedback) &&
    (isNone(record.metadata) || isRecord(record.metadata)) &&
    labelIfAny(record.timestamp)
  );
}

function isBlock(value: unknown): boolean {
  return isRecord(value) && isText(value.type) && textIfAny(value.text) && flagIfAny(value.is_error);
}

/** Whether a record is surely one message of a Claude Code session. */
export function isClaudeRecord(record: JsonRecord): record is ClaudeMessage {
  const { message } = record;
  return (
    (record.type === "user" || record.type === "assistant") &&
    isText(record.uuid) &&
    isText(record.sessionId) &&
    isText(record.timestamp) &&
    flagIfAny(record.isSidechain) &&
    flagIfAny(record.isMeta) &&
    isRecord(message) &&
    isText(message.role) &&
    textIfAny(message.model) &&
    mayBeText(message.stop_reason) &&
    (isText(message.content) || (Array.isArray(message.content) && message.content.every(isBlock)))
  );
}

/** What parsing gave, as zod says it. */
interface Parsed<T> {
  readonly success: boolean;
  readonly data?: T | undefined;
}

/** The record as it is where the guard says yes, else what the shape makes of it, or null. */
export function parseQuickly<T extends JsonRecord>(
  record: JsonRecord,
  guard: (record: JsonRecord) => record is T,
  shape: { safeParse(value: unknown): Parsed<T> },
): T | null {
  if (guard(record)) return record;
  return shape.safeParse(record).data ?? null;
}
