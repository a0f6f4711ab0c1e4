import type { JsonRecord } from "../dialect.ts";
import { isFailedOutput } from "../failed-output.ts";
import { isRecord, listOf, recordOf, textOf } from "../field.ts";

/** One message of a list of messages, however its producer wrote it. */
export interface Said {
  readonly role: "user" | "assistant" | "tool" | "other";
  /** Its words, without reasoning, calls of tools and their results, pictures and files. */
  readonly text: string;
  /** Whether it calls a tool. */
  readonly calls: boolean;
  /** Whether it brings a tool's result that says it failed. */
  readonly failed: boolean;
  /** Why the model stopped, in its provider's word; empty where that was not recorded. */
  readonly stop: string;
}

const roles: ReadonlyMap<string, Said["role"]> = new Map([
  ...["user", "human", "humanmessage", "humanmessagechunk"].map((word) => [word, "user"] as const),
  ...["assistant", "model", "ai", "gpt", "chatgpt", "bot", "gemini", "claude", "aimessage", "aimessagechunk"].map(
    (word) => [word, "assistant"] as const,
  ),
  ...["function_call", "tool_call", "custom_tool_call", "local_shell_call"].map((word) => [word, "assistant"] as const),
  ...[
    "tool",
    "function",
    "observation",
    "ipython",
    "toolresult",
    "tool_result",
    "tool_response",
    "function_call_output",
    "custom_tool_call_output",
    "local_shell_call_output",
    "toolmessage",
    "functionmessage",
  ].map((word) => [word, "tool"] as const),
]);
const textTypes: ReadonlySet<string> = new Set(["text", "input_text", "output_text", "markdown"]);
const callTypes: ReadonlySet<string> = new Set([
  "tool_use",
  "tool_call",
  "tool-call",
  "toolCall",
  "function_call",
  "functionCall",
  "server_tool_use",
  "server_tool_call",
  "mcp_tool_use",
]);
const resultTypes: ReadonlySet<string> = new Set([
  "tool_result",
  "tool-result",
  "toolResult",
  "tool_call_response",
  "function_call_output",
  "function_response",
  "server_tool_call_response",
  "mcp_tool_result",
]);

interface Words {
  readonly text: string;
  readonly calls: boolean;
  readonly results: readonly unknown[];
  readonly refuses: boolean;
}

const none: Words = { text: "", calls: false, results: [], refuses: false };

function blockWords(block: JsonRecord): Words {
  const type = textOf(block.type, block.kind);
  if (callTypes.has(type) || "functionCall" in block || "toolUse" in block) return { ...none, calls: true };
  const result = block.functionResponse ?? block.toolResult ?? block.function_response;
  if (resultTypes.has(type) || isRecord(result)) return { ...none, results: [result ?? block] };
  if (type === "refusal") return { ...none, text: textOf(block.refusal, block.text), refuses: true };
  const isThought = block.thought === true;
  if (isThought || (type !== "" && !textTypes.has(type))) return none;
  return { ...none, text: textOf(block.text, block.content, recordOf(block.text).value) };
}

/** The words of a message's content: text, a list of blocks of whatever kind, or one block. */
export function contentWords(content: unknown): Words {
  if (typeof content === "string") return { ...none, text: content };
  if (isRecord(content)) return Array.isArray(content.parts) ? contentWords(content.parts) : blockWords(content);
  const blocks = listOf(content).map((block) =>
    typeof block === "string" ? { ...none, text: block } : blockWords(recordOf(block)),
  );
  return {
    text: blocks.flatMap(({ text }) => (text === "" ? [] : [text])).join("\n\n"),
    calls: blocks.some(({ calls }) => calls),
    results: blocks.flatMap(({ results }) => results),
    refuses: blocks.some(({ refuses }) => refuses),
  };
}

function callsIn(message: JsonRecord): boolean {
  const { tool_calls, toolCalls, function_call } = message;
  const listed = [tool_calls, toolCalls].some((calls) => Array.isArray(calls) && calls.length > 0);
  return listed || isRecord(function_call);
}

// LangChain wraps a message into its constructor's name and arguments, or into `data`.
function unwrapped(message: JsonRecord): JsonRecord {
  const inner = recordOf(message.kwargs ?? message.data ?? message.message);
  if (Object.keys(inner).length === 0 || "content" in message || "role" in message) return message;
  const [name] = listOf(message.id).slice(-1);
  return { role: textOf(inner.role, name, message.type), ...inner };
}

/** One message, whoever wrote it: chat and responses APIs, GenAI conventions, ShareGPT, LangChain. */
export function readSaid(value: unknown): Said {
  const message = unwrapped(recordOf(value));
  const word = textOf(message.role, message.from, message.type, message.kind);
  const role = roles.get(word.toLowerCase()) ?? "other";
  const content = message.content ?? message.parts ?? message.value ?? message.text ?? message.output;
  const { text, calls, results, refuses } = contentWords(content);
  const isResult = role === "tool" || (results.length > 0 && text.trim() === "");
  const refused = textOf(message.refusal);
  const stop = textOf(
    message.finish_reason,
    message.stop_reason,
    message.stopReason,
    message.finishReason,
    recordOf(message.response_metadata).finish_reason,
    recordOf(message.response_metadata).stop_reason,
  );
  return {
    role: isResult ? "tool" : role,
    text: isResult ? "" : text || refused,
    calls: role === "assistant" && (calls || callsIn(message) || /_call$/.test(word)),
    failed: isResult && (isFailedOutput(results) || isFailedOutput(message)),
    stop: refuses || refused !== "" ? "refusal" : stop,
  };
}

/** Messages in a list, or in an object that holds one; none where there are none. */
export function readMessages(value: unknown): readonly Said[] {
  if (Array.isArray(value)) return value.map(readSaid);
  const { messages, contents, conversation } = recordOf(value);
  const inner = messages ?? contents ?? conversation;
  return Array.isArray(inner) ? inner.map(readSaid) : [];
}

/** A person's words that stand alone. */
export function asked(text: string): Said {
  return { role: "user", text, calls: false, failed: false, stop: "" };
}

/** A model's words that stand alone. */
export function answered(text: string, stop = ""): Said {
  return { role: "assistant", text, calls: false, failed: false, stop };
}
