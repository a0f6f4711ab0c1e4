import type { JsonRecord } from "./dialect.ts";

// Logs of other programs: a field is there, or it is not, and what has the wrong type counts as not there.

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const nothing: JsonRecord = {};

/** The object that stands there, else one without fields. */
export function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : nothing;
}

/** The list that stands there, else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The first of the values that is text with something in it, else none. */
export function textOf(...values: readonly unknown[]): string {
  for (const value of values) if (typeof value === "string" && value !== "") return value;
  return "";
}

/** The first of the values that is a number, or digits for one, else null. */
export function numberOf(...values: readonly unknown[]): number | null {
  for (const value of values) {
    if (typeof value === "number" && Number.isFinite(value)) return value;
    if (typeof value === "string" && /^\d{1,20}(?:\.\d{1,20})?$/.test(value)) return Number(value);
  }
  return null;
}

/** A count of tokens, else null. */
export function tokensOf(...values: readonly unknown[]): number | null {
  const value = numberOf(...values);
  return value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** What a text says as JSON where it looks like an object or a list, else the value as it is. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
