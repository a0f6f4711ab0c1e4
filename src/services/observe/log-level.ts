/** How loud a log line is. */
export type LogLevel = "error" | "warn" | "info" | "debug";

const looked = 300;
const named = /"(?:level|severity|severity_text|lvl)"\s*:\s*"?([a-z]+|\d+)/i;
const failure = /"(?:error|err|exception)"\s*:\s*(?!null|false|""|\{\s*\}|\[\s*\])/i;
const message = /"(?:message|msg|event)"\s*:\s*"([^"]*)/;
const word = /\b(?:(fatal|panic|critical|error|err|exception|traceback|failed)|(warn|warning)|(debug|trace))\b/i;

function fromName(name: string): LogLevel {
  const level = name.toLowerCase();
  if (/^(fatal|panic|critical|emerg|alert|error|err|[56]\d)$/.test(level)) return "error";
  if (/^(warn|warning|4\d)$/.test(level)) return "warn";
  return /^(debug|trace|verbose|[12]\d)$/.test(level) ? "debug" : "info";
}

/**
 * The level a line names itself, else the one its words suggest; a plain line is `info`. What JSON holds says nothing
 * of its level: only its message does, and a failure in a field of its own.
 */
export function levelOf(text: string): LogLevel {
  const head = text.length > looked ? text.slice(0, looked) : text;
  const name = named.exec(head)?.[1];
  if (name !== undefined) return fromName(name);
  if (head.startsWith("{")) return failure.test(head) ? "error" : fromWords(message.exec(head)?.[1] ?? "");
  return fromWords(head);
}

function fromWords(text: string): LogLevel {
  const match = word.exec(text);
  if (match === null) return "info";
  return match[1] !== undefined ? "error" : match[2] !== undefined ? "warn" : "debug";
}
