import { regularFile } from "../engine/telemetry/odd-file.ts";
import { discover } from "../engine/telemetry/sources.ts";
import { readReport } from "./read-report.ts";

/**
 * What waits for a sink whose cursors cannot be read because its store is away: what waited when an engine last
 * reported and what was written since; without such a report all there is.
 */
export function openLagGuess(home: string, patterns: readonly string[]): (sink: string) => number {
  const before = readReport(home, null)?.report ?? null;
  return (sink) => {
    const sourceBytes = discover(patterns).reduce((sum, { file }) => {
      const stat = regularFile(file);
      return sum + (stat !== null ? stat.size : 0);
    }, 0);
    const known = before?.sinks.find(({ name }) => name === sink);
    if (before === null || known === undefined) return sourceBytes;
    return Math.min(sourceBytes, known.lagBytes + Math.max(0, sourceBytes - before.sourceBytes));
  };
}
