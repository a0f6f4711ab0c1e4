import { openBandMemory } from "./band-memory.ts";
import type { AllPlaced } from "./clusters.ts";
import { alikeKeys, areLinked, keysOf, similarityOf } from "./form.ts";
import { byRank, isNew, type Placed } from "./placed.ts";
import { nearDuplicate } from "./similar.ts";

/*
 * Which lessons must stand on one side of a split: all that are linked by 0.8, over any number of links, whatever they
 * answer. Two lessons that were both new when they came are not linked. Of any others, each is linked to its anchor,
 * the nearest one that was new before it; so only lessons of different anchors must be compared, and of those none where
 * the anchors are too far apart: the distance 1 − Jaccard obeys the triangle inequality. 10,000 lessons that are all
 * alike have one anchor and are not compared at all.
 */

interface Item {
  readonly placed: Placed;
  /** The number of its anchor among the items. */
  anchor: number;
}

function alikeOf({ form }: Placed): Uint32Array {
  return keysOf(form).subarray(0, alikeKeys(form));
}

interface Links {
  root(at: number): number;
  join(a: number, b: number): void;
}

function openLinks(size: number): Links {
  const parents = Int32Array.from({ length: size }, (_, at) => at);
  const root = (at: number): number => {
    let top = at;
    while (parents[top] !== top) top = parents[top] ?? top;
    for (let next = at; next !== top; ) {
      const after = parents[next] ?? top;
      parents[next] = top;
      next = after;
    }
    return top;
  };
  return {
    root,
    join(a, b) {
      parents[root(a)] = root(b);
    },
  };
}

// Every lesson that was not new, and of the others those that share a key with one of them.
async function itemsOf(all: AllPlaced): Promise<Item[]> {
  const index = openBandMemory();
  const anchors = new Set<string>();
  for await (const some of all()) {
    for (const placed of some) {
      if (isNew(placed)) continue;
      if (placed.nearest !== null) anchors.add(placed.nearest);
      for (const band of alikeOf(placed)) index.add(band, { key: placed.key, tag: 0 });
    }
  }
  const items: Item[] = [];
  for await (const some of all()) {
    for (const placed of some) {
      const isMet = anchors.has(placed.id) || alikeOf(placed).some((band) => index.has(band));
      if (!isNew(placed) || isMet) items.push({ placed, anchor: items.length });
    }
  }
  const places = new Map(items.map(({ placed }, at) => [placed.id, at]));
  for (const item of items) {
    const { nearest } = item.placed;
    if (!isNew(item.placed) && nearest !== null) item.anchor = places.get(nearest) ?? item.anchor;
  }
  return items;
}

function radiiOf(items: readonly Item[]): Float64Array {
  const radii = new Float64Array(items.length);
  for (const { placed, anchor } of items) {
    if (!isNew(placed)) radii[anchor] = Math.max(radii[anchor] ?? 0, 1 - placed.similarity);
  }
  return radii;
}

// Groups of items that share the key of a band, each as the numbers of its items.
function* groupsOf(items: readonly Item[], band: number): Generator<number[]> {
  const places = 2 ** 21;
  const order = new Float64Array(items.length);
  for (const [at, { placed }] of items.entries()) order[at] = (alikeOf(placed)[band] ?? 0) * places + at;
  order.sort();
  for (let from = 0; from < order.length; ) {
    const key = Math.floor((order[from] ?? 0) / places);
    let to = from + 1;
    while (to < order.length && Math.floor((order[to] ?? 0) / places) === key) to++;
    if (to - from > 1 && key !== 0) yield Array.from(order.subarray(from, to), (one) => one % places);
    from = to;
  }
}

function linkGroup(
  items: readonly Item[],
  radii: Float64Array,
  links: Links,
  apart: Set<number>,
  group: number[],
): void {
  const byAnchor = Map.groupBy(group, (at) => items[at]?.anchor ?? at);
  const anchors = [...byAnchor.keys()];
  for (const [turn, a] of anchors.entries()) {
    for (const b of anchors.slice(turn + 1)) {
      if (links.root(a) === links.root(b)) continue;
      const [mine, theirs] = [byAnchor.get(a) ?? [], byAnchor.get(b) ?? []];
      if (mine.length === 1 && theirs.length === 1 && mine[0] === a && theirs[0] === b) continue;
      const pair = Math.min(a, b) * items.length + Math.max(a, b);
      if (apart.has(pair)) continue;
      const [first, second] = [items[a]?.placed, items[b]?.placed];
      if (!(first && second)) continue;
      const distance = 1 - similarityOf(first.form, second.form);
      if (distance - (radii[a] ?? 0) - (radii[b] ?? 0) > 1 - nearDuplicate + 1e-9) apart.add(pair);
      else if (anyLinked(items, mine, theirs)) links.join(a, b);
    }
  }
}

function anyLinked(items: readonly Item[], mine: readonly number[], theirs: readonly number[]): boolean {
  return mine.some((one) => {
    const form = items[one]?.placed.form;
    return form !== undefined && theirs.some((other) => areLinked(form, items[other]?.placed.form ?? form));
  });
}

/** What decides on which side of a split each linked lesson is: the best lesson of all that it is linked with. */
export async function splitKeysOf(all: AllPlaced): Promise<ReadonlyMap<string, string>> {
  const items = await itemsOf(all);
  const links = openLinks(items.length);
  for (const [at, { anchor }] of items.entries()) links.join(at, anchor);
  const radii = radiiOf(items);
  const apart = new Set<number>();
  const bands = items.reduce((most, { placed }) => Math.max(most, alikeOf(placed).length), 0);
  for (let band = 0; band < bands; band++) {
    for (const group of groupsOf(items, band)) linkGroup(items, radii, links, apart, group);
  }
  const best = new Map<number, Placed>();
  const sizes = new Map<number, number>();
  for (const [at, { placed }] of items.entries()) {
    const root = links.root(at);
    const known = best.get(root);
    if (known === undefined || byRank(placed, known) < 0) best.set(root, placed);
    sizes.set(root, (sizes.get(root) ?? 0) + 1);
  }
  const keys = new Map<string, string>();
  for (const [at, { placed }] of items.entries()) {
    const root = links.root(at);
    if ((sizes.get(root) ?? 0) > 1) keys.set(placed.id, best.get(root)?.id ?? placed.id);
  }
  return keys;
}
