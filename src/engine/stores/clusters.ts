import type { DuplicateOf } from "./listed.ts";

/** A lesson with the one it is near to. */
export interface Nearby {
  readonly id: string;
  readonly nearest: string;
  readonly similarity: number;
}

/** The near-duplicates, each with the lesson it belongs to. */
export function clustersOf(near: readonly Nearby[]): ReadonlyMap<string, DuplicateOf> {
  return new Map(near.map(({ id, nearest, similarity }) => [id, { kept: nearest, similarity }]));
}

/** What decides on which side of a split each linked lesson is. */
export function splitKeysOf(near: readonly Nearby[]): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const { id, nearest } of near) keys.set(id, keys.get(nearest) ?? nearest);
  return keys;
}
