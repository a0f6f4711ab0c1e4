import { type Dialect, type JsonRecord, reject } from "../dialect.ts";
import { isRecord, recordOf, textOf } from "../field.ts";
import type { Reason } from "../reasons.ts";

// What `codex exec --json` prints. The question stands on its command line, so that there is none here.

const types: ReadonlySet<string> = new Set([
  "thread.started",
  "turn.started",
  "turn.completed",
  "turn.failed",
  "item.started",
  "item.updated",
  "item.completed",
]);

// An error without a place in a turn.
function isError(record: JsonRecord): boolean {
  return record.type === "error" && typeof record.message === "string" && Object.keys(record).length <= 3;
}

// Until autumn 2025 each event stood in a message with a number.
function isOld(record: JsonRecord): boolean {
  return typeof record.id === "string" && isRecord(record.msg) && typeof record.msg.type === "string";
}

function reasonOf(kind: string): Reason {
  if (kind === "agent_message" || kind === "task_complete") return "no_question";
  if (kind === "reasoning" || kind.startsWith("agent_reasoning")) return "thinking";
  if (kind === "error" || kind === "stream_error") return "provider_error";
  if (kind === "turn_aborted") return "interrupted";
  if (/command|file_change|patch|mcp|web_search|collab/.test(kind)) return "tool_result";
  return "bookkeeping";
}

/** The output of a Codex run without a screen: recognised, but it holds no question. */
export const codexExec: Dialect = {
  name: "Codex exec",
  recognises: (record) =>
    (typeof record.type === "string" && types.has(record.type)) || isError(record) || isOld(record),
  read(record, turns) {
    if (isOld(record)) return reject(reasonOf(textOf(recordOf(record.msg).type)), turns);
    if (record.type === "turn.failed") return reject("not_successful", turns);
    if (record.type === "error") return reject("provider_error", turns);
    if (record.type !== "item.completed") return reject("bookkeeping", turns);
    const item = recordOf(record.item);
    return reject(reasonOf(textOf(item.type, item.item_type)), turns);
  },
};
