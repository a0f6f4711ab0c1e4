import { type Form, promptKey, shingleKeys, templateKey, templateOf } from "./form.ts";
import { isNew, type Placed } from "./placed.ts";

/** A lesson in the index, under one of its keys: its number, and its template with whether it was new (lowest bit). */
export interface Entry {
  readonly key: number;
  readonly tag: number;
}

/** The keys under which one lesson is entered. */
export interface Keys {
  /** Shared with lessons that are like it; of each template one lesson that was not new is enough under such a key. */
  readonly alike: Uint32Array;
  /** Shared with those of the same prompt, and with those of the same template; every lesson is under its own. */
  readonly own: readonly number[];
}

const known = new WeakMap<Form, Keys>();

/** The keys of a lesson. */
export function keysOf({ form }: Pick<Placed, "form">): Keys {
  let keys = known.get(form);
  if (keys === undefined) {
    keys = { alike: shingleKeys(form), own: [promptKey(form), templateKey(kindOf(templateOf(form)))] };
    known.set(form, keys);
  }
  return keys;
}

/** A lesson's template, and whether it was new, in one number. */
export function tagOf(placed: Placed): number {
  return kindOf(templateOf(placed.form)) + (isNew(placed) ? 1 : 0);
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
  /** The keys under which lessons must be known before they are looked up. */
  missing(placed: readonly Placed[]): number[];
  /** The templates met under these lessons' keys, as the keys under which all lessons of each are found. */
  missingTemplates(placed: readonly Placed[]): number[];
  put(key: number, entries: readonly Entry[]): void;
  /** The numbers of all lessons that one may be near to. */
  lookUp(placed: Placed): Set<number>;
  add(placed: Placed): void;
  remove(placed: Placed): void;
  /** All of a template that are entered. */
  ofTemplate(tag: number): Entry[];
}

/** Opens an index of which nothing is known yet. */
export function openNearIndex(): NearIndex {
  const committed = new Map<number, readonly Entry[]>();
  const added = new Map<number, Entry[]>();
  const removed = new Set<number>();
  const at = function* (key: number): Generator<Entry> {
    yield* committed.get(key) ?? [];
    yield* added.get(key) ?? [];
  };
  const isThere = (key: number, { key: lesson }: Entry) =>
    !removed.has(lesson) || (added.get(key)?.some((entry) => entry.key === lesson) ?? false);
  const templatesNear = (placed: Placed, found: Set<number>) => {
    const own = kindOf(templateOf(placed.form));
    const templates = new Set<number>();
    for (const key of keysOf(placed).alike) {
      for (const entry of at(key)) {
        const kind = kindOf(entry.tag);
        // One that was taken out stood for others of its template. Two of one template are near only when their prompts
        // are the same; those are found by their prompt.
        if (kind !== own) templates.add(kind);
        else if (!saysNew(entry.tag)) continue;
        if (isThere(key, entry)) found.add(entry.key);
      }
    }
    return templates;
  };
  return {
    missing(placed) {
      const keys = new Set<number>();
      for (const one of placed) {
        const { alike, own } = keysOf(one);
        for (const key of [...alike, own[0] ?? 0]) if (!committed.has(key)) keys.add(key);
      }
      return [...keys];
    },
    missingTemplates(placed) {
      const keys = new Set<number>();
      for (const one of placed) {
        for (const kind of templatesNear(one, new Set())) keys.add(templateKey(kind));
      }
      return [...keys].filter((key) => !committed.has(key));
    },
    put: (key, entries) => void committed.set(key, entries),
    lookUp(placed) {
      const found = new Set<number>();
      const templates = templatesNear(placed, found);
      for (const key of [keysOf(placed).own[0] ?? 0, ...[...templates].map(templateKey)]) {
        for (const entry of at(key)) if (isThere(key, entry)) found.add(entry.key);
      }
      found.delete(placed.key);
      return found;
    },
    add(placed) {
      const { alike, own } = keysOf(placed);
      const entry = { key: placed.key, tag: tagOf(placed) };
      for (const key of [...alike, ...own]) {
        const entries = added.get(key);
        if (entries === undefined) added.set(key, [entry]);
        else entries.push(entry);
      }
    },
    remove(placed) {
      removed.add(placed.key);
      const { alike, own } = keysOf(placed);
      for (const key of [...alike, ...own]) {
        const entries = added.get(key);
        if (entries)
          added.set(
            key,
            entries.filter((entry) => entry.key !== placed.key),
          );
      }
    },
    ofTemplate: (tag) => [...at(templateKey(kindOf(tag)))].filter((entry) => isThere(templateKey(kindOf(tag)), entry)),
  };
}
