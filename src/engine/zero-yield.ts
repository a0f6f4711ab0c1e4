import type { Emit } from "./events.ts";
import { isChore } from "./learning/formats/reasons.ts";
import { addTo } from "./progress.ts";
import type { SourceTally } from "./stores/listed.ts";
import { type Batch, byDialect } from "./telemetry/batch.ts";
import { sourceNames } from "./telemetry/source-names.ts";

/** A dialect of a source that gave events and not one lesson, with the reasons by count, most first. */
export interface ZeroYield {
  /** The path or glob of the source. */
  readonly source: string;
  /** One dialect, several with commas between them, or `none` for lines that no dialect knows. */
  readonly dialect: string;
  readonly events: number;
  readonly reasons: Readonly<Record<string, number>>;
}

/** What a dialect of a source came to. */
export interface Yield {
  readonly source: string;
  readonly dialect: string;
  readonly events: number;
  /** Those that became lessons, known ones too. */
  readonly taught: number;
  readonly rejected: Readonly<Record<string, number>>;
}

interface Group {
  events: number;
  readonly rejected: Map<string, number>;
}

type Sources = Map<string, Map<string, Group>>;

function groupOf(sources: Sources, source: string, dialect: string): Group {
  const groups = sources.get(source) ?? new Map<string, Group>();
  sources.set(source, groups);
  const group = groups.get(dialect) ?? { events: 0, rejected: new Map() };
  groups.set(dialect, group);
  return group;
}

function addCounts(group: Group, events: number, rejected: Iterable<readonly [string, number]>): void {
  group.events += events;
  for (const [reason, count] of rejected) addTo(group.rejected, reason, count);
}

const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0);

/** The dialects in which nothing that is written can ever teach. */
export const silentDialects: ReadonlySet<string> = new Set(["aidb", "query gap", "Codex exec"]);

// Every event became a lesson, or was rejected for a reason.
function taughtBy({ events, rejected }: Group): number {
  return events - sum(rejected.values());
}

function gather(tallies: Readonly<Record<string, SourceTally>>, patterns: readonly string[]): Sources {
  const sources: Sources = new Map();
  const nameOf = sourceNames(patterns, Object.keys(tallies));
  for (const [file, { dialects }] of Object.entries(tallies)) {
    for (const [dialect, { events, rejected }] of Object.entries(dialects)) {
      addCounts(groupOf(sources, nameOf(file), dialect), events, Object.entries(rejected));
    }
  }
  return sources;
}

function sorted(counts: Iterable<readonly [string, number]>): Record<string, number> {
  return Object.fromEntries([...counts].filter(([, count]) => count > 0).toSorted(([, a], [, b]) => b - a));
}

// Beside work that teaches, what could not have taught is no sign of trouble; where nothing teaches, everything is.
function barrenIn(
  source: string,
  groups: ReadonlyMap<string, Group>,
  { atLeast, teaches }: { readonly atLeast: number; readonly teaches: boolean },
): ZeroYield[] {
  const barren = [...groups].filter(
    ([dialect, group]) => group.events > 0 && taughtBy(group) <= 0 && !(teaches && silentDialects.has(dialect)),
  );
  const counted = barren.map(([dialect, group]): ZeroYield => {
    const own = [...group.rejected].filter(([reason]) => !teaches || !isChore(reason));
    const reasons = sorted(own);
    return { source, dialect, events: sum(Object.values(reasons)), reasons };
  });
  const many = counted.filter(({ events }) => events >= atLeast);
  if (many.length > 0 || teaches) return many;
  const events = sum(counted.map((one) => one.events));
  if (events < atLeast) return [];
  const all = new Map<string, number>();
  for (const { reasons } of counted) for (const [reason, count] of Object.entries(reasons)) addTo(all, reason, count);
  const dialect = counted.flatMap((one) => (one.dialect === "" ? [] : [one.dialect])).join(", ");
  return [{ source, dialect, events, reasons: sorted(all) }];
}

function teachesIn(groups: ReadonlyMap<string, Group>): boolean {
  return [...groups.values()].some((group) => taughtBy(group) > 0);
}

/** What every dialect of every source came to, from the counts of their files; a source is one of the patterns. */
export function yieldsOf(tallies: Readonly<Record<string, SourceTally>>, patterns: readonly string[]): Yield[] {
  return [...gather(tallies, patterns)].flatMap(([source, groups]) =>
    [...groups].flatMap(([dialect, group]): Yield[] => {
      const taught = Math.max(0, taughtBy(group));
      return group.events > 0
        ? [{ source, dialect, events: group.events, taught, rejected: sorted(group.rejected) }]
        : [];
    }),
  );
}

/** The sources and dialects that gave at least so many events and not one lesson since the store was made. */
export function findZeroYield(
  tallies: Readonly<Record<string, SourceTally>>,
  { patterns, atLeast }: { readonly patterns: readonly string[]; readonly atLeast: number },
): ZeroYield[] {
  const sources = [...gather(tallies, patterns)];
  const found = sources.flatMap(([source, groups]) =>
    barrenIn(source, groups, { atLeast, teaches: teachesIn(groups) }),
  );
  if (found.length > 0 || sources.length < 2 || sources.some(([, groups]) => teachesIn(groups))) return found;
  // Many small sources, such as files named one by one, hide nothing either.
  const all: Sources = new Map();
  const [first = ""] = sources.map(([source]) => source);
  const name = `${first} and ${sources.length - 1} more`;
  for (const [, groups] of sources) {
    for (const [dialect, { events, rejected }] of groups) addCounts(groupOf(all, name, dialect), events, rejected);
  }
  return barrenIn(name, all.get(name) ?? new Map(), { atLeast, teaches: false });
}

/** Watches for sources that give events and not one lesson. */
export interface ZeroYieldAlarm {
  /** Remembers what came before, so that a source that never taught is not judged anew after each start. */
  remember(tallies: Readonly<Record<string, SourceTally>>): void;
  /** Counts a batch that was taken; says each barren source and dialect once, and again only after it has yielded. */
  look(batch: Batch): void;
  /** Those that are like that now. */
  now(): readonly ZeroYield[];
}

/** Opens the alarm; fewer than `atLeast` events are no reason for one. */
export function openZeroYield(atLeast: number, patterns: readonly string[], emit: Emit): ZeroYieldAlarm {
  const sources: Sources = new Map();
  const taught = new Set<string>();
  const said = new Map<string, readonly ZeroYield[]>();
  const nameOf = sourceNames(patterns);
  const judge = (source: string) => {
    const groups = sources.get(source) ?? new Map<string, Group>();
    if (teachesIn(groups)) taught.add(source);
    const found = barrenIn(source, groups, { atLeast, teaches: taught.has(source) });
    const known = new Set((said.get(source) ?? []).flatMap(({ dialect }) => dialect.split(", ")));
    for (const one of found) {
      if (!one.dialect.split(", ").every((name) => known.has(name))) emit({ type: "zero.yield", ...one });
    }
    if (found.length > 0) said.set(source, found);
    else said.delete(source);
  };
  return {
    remember(tallies) {
      for (const [source, groups] of gather(tallies, patterns)) {
        if (teachesIn(groups)) taught.add(source);
        // What taught once begins anew, so that one that stops teaching is seen too.
        for (const [dialect, group] of groups) {
          if (taughtBy(group) <= 0) addCounts(groupOf(sources, source, dialect), group.events, group.rejected);
        }
        judge(source);
      }
    },
    look(batch) {
      const touched = new Set<string>();
      for (const [file, tally] of batch.tallies) {
        const source = nameOf(file);
        touched.add(source);
        for (const [dialect, { events, rejected }] of byDialect(tally)) {
          addCounts(groupOf(sources, source, dialect), events, rejected);
        }
      }
      for (const source of touched) judge(source);
    },
    now: () => [...said.values()].flat(),
  };
}
