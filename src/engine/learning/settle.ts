import { alikeKeys, keysOf, nearness, similarityOf, templateKey } from "./form.ts";
import { type CommittedEntries, type Keys, kindOf, type NearIndex, openNearIndex, tagOf } from "./near-index.ts";
import { byRank, isNew, type Placed } from "./placed.ts";

/*
 * Which lessons are kept. Order all lessons by rank (merit, then the oldest, then id) and go through them: one that is
 * near (0.8) to a kept one is its duplicate, any other is kept. So no duplicate is less than 0.8 like what is kept for
 * it, and the outcome depends on the lessons alone, not on when each came.
 *
 * That is held up as lessons come and go, without ever going through all of them:
 *
 *     comes ──▶ waiting ──▶ kept ────────▶ duplicate      (a better one came that is near to it)
 *                  │          ▲
 *                  └──▶ duplicate ────────┘               (what was kept for it is a duplicate itself, or withdrawn)
 *
 * What waits is decided best first. Only a kept lesson makes others duplicates, so each is compared with kept ones
 * alone: 10,000 that are all alike cost one comparison each. When a kept one is no more, its own duplicates wait again,
 * once for a whole batch. The index holds the kept lessons and those that were new when they came (of lessons that are
 * all alike that is one); novelty is measured against the latter, because they stay what they are whatever comes later.
 * Lessons of one template ("What is 17 × 23?") are never near to each other, so under each key of the index one of them
 * stands for all; whoever meets it and is of another template looks at them all.
 *
 * Two lessons that are alike but share no key are not found: 5 in 100,000 pairs at 0.8.
 */

/** What must be known to go on; every list may be empty. */
export interface Question {
  /** Keys of the index. */
  readonly keys: Keys;
  /** Numbers of lessons. */
  readonly lessons: readonly number[];
  /** Names of kept lessons whose duplicates are wanted. */
  readonly duplicatesOf: readonly string[];
  /** Names of lessons, of which those are wanted that were measured against them. */
  readonly measuredBy: readonly string[];
}

/** What is known, to be filled with the answers. */
export interface Known {
  readonly index: NearIndex;
  readonly lessons: Map<number, Placed>;
  readonly duplicatesOf: Map<string, readonly number[]>;
  readonly measuredBy: Map<string, readonly number[]>;
}

/** Knows nothing yet, or, where a way to find them is given, the entries of the index. */
export function nothingKnown(committed: CommittedEntries | null = null): Known {
  return { index: openNearIndex(committed), lessons: new Map(), duplicatesOf: new Map(), measuredBy: new Map() };
}

/** What comes and goes at once; what goes is not among the known lessons. */
export interface Arrivals {
  /** New ones in the order in which they came, with the numbers they will have. */
  readonly fresh: readonly Placed[];
  /** Known ones that came again, and turned out to be older or better than they were. */
  readonly improved: readonly Placed[];
  readonly gone: readonly Placed[];
}

/** What must be written: rows of new lessons are whole, of others they have changed; entries are taken out first. */
export interface Settled {
  readonly changed: readonly Placed[];
  /** Lessons whose entries go, with the tag that they had. */
  readonly removed: readonly { readonly placed: Placed; readonly tag: number }[];
  readonly added: readonly Placed[];
}

type Asking<T> = Generator<Question, T, void>;

const noKeys: Keys = { alike: [], own: [] };
const nothing: Question = { keys: noKeys, lessons: [], duplicatesOf: [], measuredBy: [] };

function* need(known: Known, numbers: Iterable<number>): Asking<Placed[]> {
  const wanted = [...numbers];
  const lessons = wanted.filter((key) => !known.lessons.has(key));
  if (lessons.length > 0) yield { ...nothing, lessons };
  return wanted.flatMap((key) => known.lessons.get(key) ?? []);
}

function* ask(known: Known, placed: readonly Placed[]): Asking<void> {
  const keys = known.index.missing(placed);
  if (keys.alike.length + keys.own.length > 0) yield { ...nothing, keys };
}

// Everything that these lessons may be near to.
function* prepare(known: Known, placed: readonly Placed[]): Asking<void> {
  yield* ask(known, placed);
  const own = known.index.missingTemplates(placed);
  if (own.length > 0) yield { ...nothing, keys: { ...noKeys, own } };
  const numbers = new Set<number>();
  for (const one of placed) for (const key of known.index.lookUp(one)) numbers.add(key);
  yield* need(known, numbers);
}

function candidatesOf(known: Known, placed: Placed): Placed[] {
  return [...known.index.lookUp(placed)].flatMap((key) => known.lessons.get(key) ?? []);
}

function measure(known: Known, placed: Placed): void {
  let best: Placed | null = null;
  let similarity = 0;
  for (const other of candidatesOf(known, placed)) {
    if (other.key > placed.key || !isNew(other)) continue;
    const share = similarityOf(placed.form, other.form);
    if (share < similarity || share === 0 || (share === similarity && best && best.key < other.key)) continue;
    [best, similarity] = [other, share];
  }
  placed.nearest = best?.id ?? null;
  placed.similarity = similarity;
}

/** Decides anew which lessons are kept, after some came and others went. */
export function* settle({ fresh, improved, gone }: Arrivals, known: Known): Asking<Settled> {
  const { index } = known;
  const changed = new Set<Placed>(fresh);
  const removed: { placed: Placed; tag: number }[] = [];
  const added = new Set<Placed>();
  const undecided = new Set(fresh);
  const waiting = openWaiting([...fresh, ...improved], byRank);
  const newDuplicates = new Map<string, Placed[]>();
  for (const one of [...fresh, ...improved]) known.lessons.set(one.key, one);
  for (const one of improved) changed.add(one);

  const enter = (placed: Placed) => {
    index.add(placed);
    added.add(placed);
  };
  const leave = (placed: Placed) => {
    removed.push({ placed, tag: tagOf(placed) });
    index.remove(placed);
  };
  const duplicatesOf = function* (kept: Placed): Asking<Placed[]> {
    if (!known.duplicatesOf.has(kept.id)) yield { ...nothing, duplicatesOf: [kept.id] };
    const stored = yield* need(known, known.duplicatesOf.get(kept.id) ?? []);
    return [...new Set([...stored, ...(newDuplicates.get(kept.id) ?? [])])].filter(({ kept: by }) => by === kept.id);
  };
  const measuredBy = function* (ids: readonly string[]): Asking<Placed[]> {
    yield { ...nothing, measuredBy: ids };
    const numbers = new Set(ids.flatMap((id) => known.measuredBy.get(id) ?? []));
    return (yield* need(known, numbers)).filter(({ nearest }) => nearest !== null && ids.includes(nearest));
  };
  // In the order in which they came: whoever becomes new, or is so no longer, only matters to those that came later.
  const measureAnew = function* (): Asking<void> {
    const line = openWaiting(yield* measuredBy(gone.map(({ id }) => id)), (a, b) => a.key - b.key);
    for (let one = line.next(); one !== null; one = line.next()) {
      yield* prepare(known, [one]);
      const [wasNew, tag] = [isNew(one), tagOf(one)];
      measure(known, one);
      changed.add(one);
      if (wasNew === isNew(one)) continue;
      if (wasNew || one.kept === null) {
        removed.push({ placed: one, tag });
        index.remove(one);
      }
      if (isNew(one) || one.kept === null) enter(one);
      if (wasNew) line.add(yield* measuredBy([one.id]));
      const { key, form } = one;
      const later = candidatesOf(known, one).filter((other) => isNew(other) && other.key > key);
      if (isNew(one)) line.add(later.filter((other) => similarityOf(form, other.form) > other.similarity));
    }
  };
  const prepared = new Set<Placed>();
  const decide = function* (placed: Placed): Asking<void> {
    if (!prepared.has(placed)) yield* prepare(known, [placed]);
    const near = candidatesOf(known, placed).filter((one) => one.kept === null && nearness(placed.form, one.form) > 0);
    const better = near.filter((one) => byRank(one, placed) < 0).sort(byRank)[0];
    const stood = placed.kept === null && !undecided.has(placed);
    undecided.delete(placed);
    if (better) {
      if (placed.kept !== better.id) changed.add(placed);
      placed.kept = better.id;
      const own = newDuplicates.get(better.id);
      if (own === undefined) newDuplicates.set(better.id, [placed]);
      else own.push(placed);
      if (!stood) return;
      const orphans = yield* duplicatesOf(placed);
      if (!isNew(placed)) leave(placed);
      for (const one of orphans) prepared.add(one);
      yield* prepare(known, orphans);
      waiting.add(orphans);
      return;
    }
    if (stood) return;
    if (placed.kept !== null) changed.add(placed);
    placed.kept = null;
    if (!isNew(placed)) enter(placed);
    waiting.add(near);
  };

  for (const one of gone) {
    if (isNew(one) || one.kept === null) leave(one);
    if (one.kept === null) waiting.add(yield* duplicatesOf(one));
  }
  if (gone.length > 0) yield* measureAnew();
  for (const one of waiting.all()) prepared.add(one);
  yield* prepare(known, [...prepared]);
  for (const one of fresh) {
    measure(known, one);
    if (isNew(one)) enter(one);
  }
  for (let next = waiting.next(); next !== null; next = waiting.next()) yield* decide(next);

  const whoLeft = removed.map(({ placed }) => placed);
  for (const one of yield* leftOut(known, whoLeft)) added.add(one);
  const goneKeys = new Set(gone.map(({ key }) => key));
  const rows = [...changed].filter(({ key }) => !goneKeys.has(key));
  return { changed: rows, removed, added: [...added].filter(({ key }) => !goneKeys.has(key)) };
}

// Of lessons that were left out because another of their template stood for them, one under each key where none does now.
function* leftOut(known: Known, removed: readonly Placed[]): Asking<Placed[]> {
  const { index } = known;
  yield* ask(known, removed);
  const bereft = new Map<number, Set<number>>();
  for (const placed of removed) {
    const keys = index.bereft(placed);
    if (keys.length === 0) continue;
    const template = kindOf(tagOf(placed));
    bereft.set(template, new Set([...(bereft.get(template) ?? []), ...keys]));
  }
  if (bereft.size > 0) yield { ...nothing, keys: { ...noKeys, own: [...bereft.keys()].map(templateKey) } };
  const standing: Placed[] = [];
  for (const [template, keys] of bereft) {
    for (const one of yield* need(known, index.spareOf(template))) {
      const own = [...keysOf(one.form).subarray(0, alikeKeys(one.form))].filter((key) => keys.delete(key));
      if (own.length > 0) standing.push(one);
    }
  }
  return standing;
}

interface Waiting {
  add(placed: readonly Placed[]): void;
  all(): readonly Placed[];
  /** The first of them in their order, taken out; null where nobody waits. */
  next(): Placed | null;
}

function openWaiting(first: readonly Placed[], order: (a: Placed, b: Placed) => number): Waiting {
  const there = new Set(first);
  const line = [...first];
  let isSorted = false;
  return {
    add(placed) {
      for (const one of placed) {
        if (there.has(one)) continue;
        there.add(one);
        line.push(one);
        isSorted = false;
      }
    },
    all: () => line,
    next() {
      if (!isSorted) line.sort((a, b) => order(b, a));
      isSorted = true;
      const one = line.pop() ?? null;
      if (one) there.delete(one);
      return one;
    },
  };
}
