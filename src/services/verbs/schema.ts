/** The version of every JSON line that a stream prints; it grows when a field changes its meaning or goes away. */
export const schemaVersion = 1;

/** One JSON line of a stream. */
export function jsonLine(data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ schemaVersion, ...data });
}
