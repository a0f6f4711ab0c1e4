import { openBandMemory } from "./band-memory.ts";
import { areNear, hasSamePrompt, promptOf, similarityOf } from "./form.ts";
import { keysOf } from "./near-index.ts";
import { byRank, type Placed } from "./placed.ts";

/** All measured lessons, some at a time; may be gone through more than once. */
export type AllPlaced = () => AsyncIterable<readonly Placed[]>;

/** The kept lesson that a near-duplicate belongs to, and how much they share: exact Jaccard, 0.8 to 1. */
export interface DuplicateOf {
  readonly kept: string;
  readonly similarity: number;
}

function keysOfPlaced(placed: Placed): number[] {
  const { alike, own } = keysOf(placed);
  return [...alike, own[0] ?? 0];
}

/**
 * Every near-duplicate with the kept lesson that it is most like, of those that are better than it. Goes through all
 * lessons twice and keeps only the near-duplicates in memory.
 */
export async function clustersOf(all: AllPlaced): Promise<ReadonlyMap<string, DuplicateOf>> {
  const members: Placed[] = [];
  const index = openBandMemory();
  const byKept = new Map<string, number[]>();
  for await (const some of all()) {
    for (const placed of some) {
      if (placed.kept === null) continue;
      const key = members.push(placed);
      for (const band of keysOfPlaced(placed)) index.add(band, { key, tag: 0 });
      const own = byKept.get(placed.kept);
      if (own === undefined) byKept.set(placed.kept, [key]);
      else own.push(key);
    }
  }
  const best: ({ kept: Placed; similarity: number } | undefined)[] = new Array(members.length);
  for await (const some of all()) {
    for (const kept of some) {
      if (kept.kept !== null) continue;
      const met = new Set(byKept.get(kept.id) ?? []);
      for (const band of keysOfPlaced(kept)) for (const { key } of index.find(band)) met.add(key);
      for (const key of met) {
        const member = members[key - 1];
        if (member === undefined || byRank(kept, member) > 0 || !areNear(kept.form, member.form)) continue;
        const similarity = similarityOf(kept.form, member.form);
        const known = best[key - 1];
        const isBetter = !known || similarity > known.similarity;
        if (isBetter || (similarity === known.similarity && byRank(kept, known.kept) < 0)) {
          best[key - 1] = { kept, similarity };
        }
      }
    }
  }
  const clusters = new Map<string, DuplicateOf>();
  for (const [at, { id }] of members.entries()) {
    const found = best[at];
    if (found) clusters.set(id, { kept: found.kept.id, similarity: found.similarity });
  }
  return clusters;
}

/** The kept lessons that answer one and the same prompt differently, together, the best first. */
export async function conflictsOf(all: AllPlaced): Promise<readonly (readonly string[])[]> {
  const seen = new Set<number>();
  const twice = new Set<number>();
  for await (const some of all()) {
    for (const { form, kept } of some) {
      if (kept !== null) continue;
      if (seen.has(promptOf(form))) twice.add(promptOf(form));
      seen.add(promptOf(form));
    }
  }
  if (twice.size === 0) return [];
  const groups = new Map<number, Placed[][]>();
  for await (const some of all()) {
    for (const placed of some) {
      const prompt = promptOf(placed.form);
      if (placed.kept !== null || !twice.has(prompt)) continue;
      const same = groups.get(prompt) ?? [];
      groups.set(prompt, same);
      const group = same.find(([first]) => first !== undefined && hasSamePrompt(first.form, placed.form));
      if (group) group.push(placed);
      else same.push([placed]);
    }
  }
  const conflicts = [...groups.values()].flat().filter(({ length }) => length > 1);
  for (const group of conflicts) group.sort(byRank);
  conflicts.sort(([a], [b]) => (a && b ? byRank(a, b) : 0));
  return conflicts.map((group) => group.map(({ id }) => id));
}
