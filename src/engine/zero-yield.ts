import type { Emit } from "./events.ts";
import type { SourceProgress } from "./progress.ts";

/** A source that gave events and not one lesson, with the reasons by count. */
export interface ZeroYield {
  readonly source: string;
  readonly events: number;
  readonly reasons: Readonly<Record<string, number>>;
}

/** Watches for sources that give events and not one lesson. */
export interface ZeroYieldAlarm {
  /** Looks at the counts of every source; says each such source once, and again only after it has yielded. */
  look(bySource: ReadonlyMap<string, SourceProgress>): void;
  /** The sources that are like that now. */
  now(): readonly ZeroYield[];
}

/** Opens the alarm; fewer than `atLeast` events are no reason for one. */
export function openZeroYield(atLeast: number, emit: Emit): ZeroYieldAlarm {
  const said = new Map<string, ZeroYield>();
  return {
    look(bySource) {
      for (const [source, { events, lessons, duplicates, rejected }] of bySource) {
        if (lessons + duplicates > 0) said.delete(source);
        else if (events >= atLeast) {
          const found = { source, events, reasons: Object.fromEntries(rejected) };
          if (!said.has(source)) emit({ type: "zero.yield", ...found });
          said.set(source, found);
        }
      }
    },
    now: () => [...said.values()],
  };
}
