import { byDialect, type Tally } from "../telemetry/batch.ts";
import type { Row } from "./cursor-rows.ts";
import type { SourceTaken, SourceTally } from "./listed.ts";

/** One count of a source, as every store keeps it. */
export interface TallyRow {
  readonly what: "events" | "lessons" | "duplicates" | "rejected";
  /** The dialect of events; the reason of what was rejected and, behind a space, its dialect; else empty. */
  readonly reason: string;
  readonly count: number;
}

/**
 * What is added to the counts of a source: those of its lines by dialect, and what became of their lessons. A lesson that
 * is removed counts as rejected from then on.
 */
export function tallyRows(tally: Tally | undefined, taken: Readonly<SourceTaken> | undefined): TallyRow[] {
  const removed = taken?.removed ?? 0;
  const rows: TallyRow[] = [
    { what: "lessons", reason: "", count: (taken?.fresh ?? 0) - removed },
    { what: "duplicates", reason: "", count: taken?.duplicates ?? 0 },
    { what: "rejected", reason: "withdrawn", count: (taken?.withdrawn ?? 0) + removed },
  ];
  for (const [dialect, { events, rejected }] of tally === undefined ? [] : byDialect(tally)) {
    rows.push({ what: "events", reason: dialect, count: events });
    for (const [reason, count] of rejected) {
      rows.push({ what: "rejected", reason: dialect === "" ? reason : `${reason} ${dialect}`, count });
    }
  }
  return rows.filter(({ count }) => count !== 0);
}

/** The counts of every source, from rows of source, what, reason and count. */
export function toTallies(rows: readonly Row[]): Record<string, SourceTally> {
  const bySource: Record<string, SourceTally> = {};
  for (const row of rows) {
    const source = String(row.source);
    bySource[source] ??= { events: 0, lessons: 0, duplicates: 0, rejected: {}, dialects: {} };
    const tally = bySource[source];
    const count = Number(row.count);
    const text = String(row.reason);
    const own = (dialect: string) => {
      tally.dialects[dialect] ??= { events: 0, rejected: {} };
      return tally.dialects[dialect];
    };
    if (row.what === "rejected") {
      const at = text.indexOf(" ");
      const reason = at < 0 ? text : text.slice(0, at);
      const { rejected } = own(at < 0 ? "" : text.slice(at + 1));
      tally.rejected[reason] = (tally.rejected[reason] ?? 0) + count;
      rejected[reason] = (rejected[reason] ?? 0) + count;
    } else if (row.what === "events") {
      tally.events += count;
      own(text).events += count;
    } else if (row.what === "lessons") tally.lessons += count;
    else if (row.what === "duplicates") tally.duplicates += count;
  }
  for (const { rejected, dialects } of Object.values(bySource)) {
    for (const counts of [rejected, ...Object.values(dialects).map((own) => own.rejected)]) {
      for (const [reason, count] of Object.entries(counts)) if (count === 0) delete counts[reason];
    }
  }
  return bySource;
}
