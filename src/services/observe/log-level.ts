/** How loud a log line is. */
export type LogLevel = "error" | "warn" | "info" | "debug";

const looked = 300;
const named = /"(?:level|severity|severity_text|lvl)"\s*:\s*"?([a-z]+|\d+)/i;
const word = /\b(?:(fatal|panic|critical|error|err|exception|traceback|failed)|(warn|warning)|(debug|trace))\b/i;

function fromName(name: string): LogLevel {
  const level = name.toLowerCase();
  if (/^(fatal|panic|critical|emerg|alert|error|err|[56]\d)$/.test(level)) return "error";
  if (/^(warn|warning|4\d)$/.test(level)) return "warn";
  return /^(debug|trace|verbose|[12]\d)$/.test(level) ? "debug" : "info";
}

/** The level a line names itself, else the one its words suggest; a plain line is `info`. */
export function levelOf(text: string): LogLevel {
  const head = text.length > looked ? text.slice(0, looked) : text;
  const name = named.exec(head)?.[1];
  if (name !== undefined) return fromName(name);
  const match = word.exec(head);
  if (match === null) return "info";
  return match[1] !== undefined ? "error" : match[2] !== undefined ? "warn" : "debug";
}
