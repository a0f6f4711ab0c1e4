import { wellFormed } from "../base/text.ts";
import { redact } from "./redact/redact.ts";

/** Redacts every text in a value of JSON, names of fields too. */
export function redactValue(value: unknown): unknown {
  if (typeof value === "string") return redact(wellFormed(value));
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [redact(wellFormed(name)), redactValue(one)] as const),
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function deepRedacted(line: string, value: unknown): string {
  try {
    const clean = JSON.stringify(redactValue(value));
    return clean === JSON.stringify(value) ? line : clean;
  } catch (error) {
    // Nested deeper than can be walked: it is redacted as the text it is.
    if (error instanceof RangeError) return redact(line);
    throw error;
  }
}

/**
 * A line redacted: text by text where it is JSON, then as a whole, because the name of a field may tell that its value is
 * a secret. What is JSON stays JSON; a line with nothing to redact stays as it is.
 */
export function redactLine(line: string): string {
  const value = parsed(line);
  if (value === undefined || value === null) return redact(line);
  const clean = deepRedacted(line, value);
  const whole = redact(clean);
  return whole !== clean && parsed(whole) !== undefined ? whole : clean;
}
