import { type BandMemory, openBandMemory } from "./band-memory.ts";
import type { Entry } from "./entry.ts";
import { alikeKeys, keysOf, promptKey, templateKey, templateOf } from "./form.ts";
import { isNew, type Placed } from "./placed.ts";

const addedBuckets = 1 << 12;

/** A lesson's template, and whether it was new, in one number. */
export function tagOf(placed: Placed): number {
  return kindOf(templateOf(placed.form)) + (isNew(placed) ? 1 : 0);
}

/**
 * The keys under which a lesson is entered: what was new is looked for among what is alike only, anything else under
 * its prompt and its template too.
 */
export function enteredKeys(placed: Placed): Uint32Array {
  const keys = keysOf(placed.form);
  return isNew(placed) ? keys.subarray(0, alikeKeys(placed.form)) : keys;
}

/** The template in a tag. */
export function kindOf(tag: number): number {
  return (tag & 0xfffffffe) >>> 0;
}

/** Whether a tag says that its lesson was new. */
export function saysNew(tag: number): boolean {
  return (tag & 1) === 1;
}

/** An index as it was committed, and what is added to it and taken out since. */
export interface NearIndex {
  /** The keys that must be asked for before these lessons are looked up. */
  missing(placed: readonly Placed[]): Keys;
  /** The templates met under these lessons' keys, by the keys that must be asked for to find all lessons of each. */
  missingTemplates(placed: readonly Placed[]): number[];
  put(key: number, entries: readonly Entry[]): void;
  /** The numbers of all lessons that one may be near to. */
  lookUp(placed: Placed): ReadonlySet<number>;
  add(placed: Placed): void;
  remove(placed: Placed): void;
  /** Under which of its keys of what is alike no other of its template is entered. */
  bereft(placed: Placed): number[];
  /** The numbers, in order, of those of a template that were not new: another may stand for them. */
  spareOf(template: number): number[];
}

/** Keys by what is wanted of their entries. */
export interface Keys {
  /** Of what is alike: the newest `keyMost` entries of each. */
  readonly alike: readonly number[];
  /** Of prompts and templates: all entries of lessons that were not new. */
  readonly own: readonly number[];
}

/** Entries looked at under one key of what is alike. */
export const keyMost = 128;
/** Lessons that one is compared with. */
const comparedMost = 16;

/** Entries that are committed. */
export type CommittedEntries = Pick<BandMemory, "each" | "has" | "some">;

// Under how many keys each lesson was met, and its tag: used anew for each lesson that is looked up.
const shared = new Map<number, number>();
const tags = new Map<number, number>();

// In a crowd of texts that are half alike each meets all others under a key or two; those that are alike share a third
// of their keys, and only one pair in two thousand of them no more than one.
function nearestMet(met: ReadonlyMap<number, number>): Iterable<number> {
  if (met.size <= comparedMost) return met.keys();
  const often: number[] = [];
  for (const [key, count] of met) if (count > 1) often.push(key);
  if (often.length <= comparedMost) return often;
  return often.sort((a, b) => (met.get(b) ?? 0) - (met.get(a) ?? 0) || a - b).slice(0, comparedMost);
}

/** No entries. */
export const noEntries: readonly Entry[] = [];
const noNumbers: ReadonlySet<number> = new Set();

/** Opens an index: of which nothing is known yet, or whose entries are found at once. */
export function openNearIndex(committedOnes: CommittedEntries | null = null): NearIndex {
  const asked = new Map<number, readonly Entry[]>();
  const find = (key: number) => asked.get(key) ?? noEntries;
  const committed: CommittedEntries = committedOnes ?? {
    each(key, most, see) {
      const entries = find(key);
      for (let at = 0; at < entries.length && at < most; at++) see(entries[at]?.key ?? 0, entries[at]?.tag ?? 0);
      return Math.min(most, entries.length);
    },
    has: (key) => find(key).length > 0,
    some: (key, isSuch) => find(key).some((entry) => isSuch(entry.key, entry.tag)),
  };
  const added = openBandMemory(addedBuckets);
  const removed = new Set<number>();
  // What was new is entered under all of its keys, so whoever is near to it meets it under those of what is alike.
  const visitSpare = (key: number, see: (key: number) => void) => {
    const all = Number.POSITIVE_INFINITY;
    committed.each(key, all, (number, tag) => void (saysNew(tag) || removed.has(number) || see(number)));
    added.each(key, all, (number, tag) => void (saysNew(tag) || see(number)));
  };
  // Of what is under the keys of those that are alike.
  const visitAlike = ({ form }: Placed, see: (key: number, tag: number) => void) => {
    const keys = keysOf(form);
    for (let at = 0; at < alikeKeys(form); at++) {
      const key = keys[at] ?? 0;
      const count = committed.each(key, keyMost, see);
      added.each(key, keyMost - count, see);
    }
  };
  const templatesNear = (placed: Placed, found: Set<number>) => {
    const own = kindOf(templateOf(placed.form));
    shared.clear();
    tags.clear();
    visitAlike(placed, (key, tag) => {
      // Two of one template are near only when their prompts are the same; those are found by their prompt.
      if (kindOf(tag) === own && !saysNew(tag)) return;
      shared.set(key, (shared.get(key) ?? 0) + 1);
      tags.set(key, tag);
    });
    const templates = new Set<number>();
    for (const key of nearestMet(shared)) {
      // One that was taken out stood for others of its template.
      const kind = kindOf(tags.get(key) ?? 0);
      if (kind !== own) templates.add(kind);
      if (!removed.has(key)) found.add(key);
    }
    return templates;
  };
  // Under the last key, that of its template, nothing is looked up for itself.
  const hasNone = ({ form }: Placed, entries: Pick<BandMemory, "has">) => {
    const keys = keysOf(form);
    for (let at = 0; at < keys.length - 1; at++) if (entries.has(keys[at] ?? 0)) return false;
    return true;
  };
  // Most lessons are like none that are committed, which does not change.
  const alone = new Set<Placed>();
  const isAlone = (placed: Placed) => {
    if (!alone.has(placed)) {
      if (!hasNone(placed, committed)) return false;
      alone.add(placed);
    }
    return hasNone(placed, added);
  };
  return {
    missing(placed) {
      const alike = new Set<number>();
      const own = new Set<number>();
      if (committedOnes === null) {
        for (const { form } of placed) {
          for (const key of keysOf(form).subarray(0, alikeKeys(form))) if (!asked.has(key)) alike.add(key);
          own.add(promptKey(form));
        }
      }
      return { alike: [...alike], own: [...own].filter((key) => !asked.has(key)) };
    },
    missingTemplates(placed) {
      if (committedOnes) return [];
      const keys = new Set<number>();
      for (const one of placed) for (const kind of templatesNear(one, new Set())) keys.add(templateKey(kind));
      return [...keys].filter((key) => !asked.has(key));
    },
    put(key, entries) {
      asked.set(key, entries);
      alone.clear();
    },
    lookUp(placed) {
      if (isAlone(placed)) return noNumbers;
      const found = new Set<number>();
      const note = (key: number) => void found.add(key);
      const templates = templatesNear(placed, found);
      visitSpare(promptKey(placed.form), note);
      for (const kind of templates) visitSpare(templateKey(kind), note);
      found.delete(placed.key);
      return found;
    },
    add(placed) {
      removed.delete(placed.key);
      const entry = { key: placed.key, tag: tagOf(placed) };
      const keys = enteredKeys(placed);
      for (let at = 0; at < keys.length; at++) added.add(keys[at] ?? 0, entry);
    },
    remove(placed) {
      removed.add(placed.key);
      for (const key of keysOf(placed.form)) added.remove(key, placed.key);
    },
    bereft({ form }) {
      const own = kindOf(templateOf(form));
      const keys = [...keysOf(form).subarray(0, alikeKeys(form))];
      const isLeft = (key: number, tag: number) => kindOf(tag) === own && !removed.has(key);
      return keys.filter((key) => !committed.some(key, isLeft) && !added.some(key, isLeft));
    },
    spareOf(template) {
      const keys = new Set<number>();
      visitSpare(templateKey(template), (key) => void keys.add(key));
      return [...keys].sort((a, b) => a - b);
    },
  };
}
