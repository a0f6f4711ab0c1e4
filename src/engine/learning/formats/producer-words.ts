import type { JsonRecord } from "./dialect.ts";
import { isRecord, textOf } from "./field.ts";

// What a producer says of the work beside its words, in whichever field: on the event, or in what belongs to it.

const codes = ["exit_code", "exitCode", "exit_status", "returncode", "return_code"] as const;
const denials = ["success", "succeeded", "ok", "passed", "valid", "completed"] as const;
const choices = ["accepted", "approved", "kept", "applied"] as const;

// The event itself, and the parts of it that may say how the work went.
function partsOf(record: JsonRecord): readonly JsonRecord[] {
  const parts = [record];
  if (isRecord(record.metadata)) parts.push(record.metadata);
  if (isRecord(record.task)) parts.push(record.task);
  if (isRecord(record.result)) parts.push(record.result);
  return parts;
}

function isFailedCode(value: unknown): boolean {
  return typeof value === "number" ? value !== 0 : typeof value === "string" && /^-?[1-9]\d{0,9}$/.test(value);
}

/** Whether a producer says that the work failed: a flag, an exit code, a status. */
export function saysFailed(record: JsonRecord): boolean {
  return partsOf(record).some(
    (part) =>
      denials.some((name) => part[name] === false) ||
      codes.some((name) => isFailedCode(part[name])) ||
      (typeof part.status === "string" &&
        /^(?:fail(?:ed|ure)?|error(?:ed)?|timed?_?out|abort(?:ed)?|cancell?ed|rejected)$/i.test(part.status)),
  );
}

/** The error that a producer recorded beside the work; empty where there is none. */
export function errorIn(record: JsonRecord): string {
  for (const { error, error_message, exception } of partsOf(record)) {
    const said = textOf(error, error_message, exception).trim();
    if (said !== "" && !/^(?:none|null|false|no|0|ok)$/i.test(said)) return said;
    if (error === true) return "error";
    if (isRecord(error) && Object.keys(error).length > 0) return textOf(error.message, error.code) || "error";
  }
  return "";
}

const bad =
  /^(?:thumbs?[_ -]?down|down|downvoted?|negative|bad|dislike[ds]?|reject(?:ed)?|wrong|incorrect|poor|no|👎|-1|-1\.0)$/iu;
const good = /^(?:thumbs?[_ -]?up|up|upvoted?|positive|good|liked?|likes|accept(?:ed)?|correct|great|yes|👍|\+?1)$/iu;

function verdictOf(value: unknown): -1 | 1 | null {
  if (typeof value === "boolean") return value ? 1 : -1;
  // Of a number above 0 nobody knows whether 1 is the best or the worst of five.
  if (typeof value === "number") return value < 0 ? -1 : null;
  if (typeof value === "string") return bad.test(value.trim()) ? -1 : good.test(value.trim()) ? 1 : null;
  if (!isRecord(value)) return null;
  return verdictOf(value.rating ?? value.score ?? value.value ?? value.thumbs ?? value.sentiment ?? value.type);
}

const verdicts = ["feedback", "user_feedback", "rating", "thumbs", "vote", "reaction", "annotation"] as const;

/** What a person said of the work, in words, numbers or flags; null where they said nothing that is understood. */
export function verdictIn(record: JsonRecord): -1 | 1 | null {
  let found: -1 | 1 | null = null;
  for (const part of partsOf(record)) {
    if (choices.some((name) => part[name] === false) || part.rejected === true) return -1;
    // As a word it may be the name of a class.
    if (typeof part.label === "boolean") found ??= part.label ? 1 : -1;
    for (const name of verdicts) {
      const said = part[name] === undefined || part[name] === null ? null : verdictOf(part[name]);
      if (said === -1) return -1;
      found ??= said;
    }
  }
  return found;
}
