import { openBandMemory } from "./band-memory.ts";
import { hasSamePrompt, keysOf, nearness, promptOf, similarityOf } from "./form.ts";
import { byRank, type Placed } from "./placed.ts";

/** All measured lessons, some at a time; may be gone through more than once. */
export type AllPlaced = () => AsyncIterable<readonly Placed[]>;

/** The kept lesson that a near-duplicate belongs to, and how much they share: exact Jaccard, 0.8 to 1. */
export interface DuplicateOf {
  readonly kept: string;
  readonly similarity: number;
}

function keysOfPlaced({ form }: Placed): Uint32Array {
  return keysOf(form).subarray(0, -1);
}

interface Member {
  readonly placed: Placed;
  best: Placed | null;
  similarity: number;
}

/**
 * Every near-duplicate with the kept lesson that it is most like, of those that are better than it. Goes through all
 * lessons thrice and keeps in memory only the near-duplicates and what is kept for them.
 */
export async function clustersOf(all: AllPlaced): Promise<ReadonlyMap<string, DuplicateOf>> {
  const members: Member[] = [];
  const index = openBandMemory();
  const byKept = new Map<string, Member[]>();
  for await (const some of all()) {
    for (const placed of some) {
      if (placed.kept === null) continue;
      const member: Member = { placed, best: null, similarity: 0 };
      const key = members.push(member);
      for (const band of keysOfPlaced(placed)) index.add(band, { key, tag: 0 });
      const own = byKept.get(placed.kept);
      if (own === undefined) byKept.set(placed.kept, [member]);
      else own.push(member);
    }
  }
  if (members.length === 0) return new Map();
  for await (const some of all()) {
    for (const kept of some) for (const member of byKept.get(kept.id) ?? []) prefer(member, kept);
  }
  for await (const some of all()) {
    for (const kept of some) {
      if (kept.kept !== null) continue;
      const met = new Set<Member>();
      for (const band of keysOfPlaced(kept)) {
        for (const { key } of index.find(band)) {
          const member = members[key - 1];
          if (member) met.add(member);
        }
      }
      preferAmong(met, kept);
    }
  }
  const clusters = new Map<string, DuplicateOf>();
  for (const { placed, best, similarity } of members) if (best) clusters.set(placed.id, { kept: best.id, similarity });
  return clusters;
}

function prefer(member: Member, kept: Placed): void {
  if (byRank(kept, member.placed) > 0) return;
  const similarity = nearness(kept.form, member.placed.form);
  if (similarity < member.similarity || similarity === 0) return;
  if (similarity === member.similarity && member.best && byRank(member.best, kept) < 0) return;
  member.best = kept;
  member.similarity = similarity;
}

// What is more than twice as far from the best as a lesson is from it is no nearer to that lesson.
function preferAmong(members: Iterable<Member>, kept: Placed): void {
  const distances = new Map<Placed, number>();
  for (const member of members) {
    const { best, similarity } = member;
    if (best === kept || best?.id === kept.id) continue;
    if (best) {
      const distance = distances.get(best) ?? 1 - similarityOf(best.form, kept.form);
      distances.set(best, distance);
      if (distance > 2 * (1 - similarity) + 1e-9) continue;
    }
    prefer(member, kept);
  }
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
