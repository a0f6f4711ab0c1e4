import type { Lesson } from "./lesson.ts";
import { lessonWords } from "./lesson-words.ts";
import { bandKeys, estimate, jaccard, shingles, signature } from "./similar.ts";

/** Newest candidates looked at; more would only be found in a very crowded band. */
export const candidatesMax = 16;
/** Candidates compared exactly, best estimates first. */
const comparedMax = 2;
const recentLessons = 1024;

/** What is measured of a lesson to find its near-duplicates. */
export interface Measured {
  /** The hashes of its words, in order; made when they are asked for, as few lessons have anything to compare with. */
  readonly words: () => Uint32Array;
  readonly bins: Uint32Array;
  readonly bands: readonly number[];
}

/** An earlier lesson that shares a band. */
export interface Candidate {
  readonly key: number;
  readonly bins: Uint32Array;
}

/** The nearest earlier lesson and how much it shares, 0 to 1; none shares nothing. */
export interface Nearest<Id = string> {
  readonly id: Id | null;
  readonly similarity: number;
}

/** The words of lessons measured lately, as hashes: a store's rows may come later than what is measured of them. */
export interface RecentWords<Id = string> {
  get(id: Id): Uint32Array | null;
  keep(id: Id, words: () => Uint32Array): void;
}

/** Opens a memory of words, empty. */
export function openRecentWords<Id = string>(): RecentWords<Id> {
  const kept = new Map<Id, () => Uint32Array>();
  // In the order they were kept, the oldest at `turn` once it is full: finding a map's oldest key is slow.
  const order: Id[] = [];
  let turn = 0;
  return {
    get: (id) => kept.get(id)?.() ?? null,
    keep(id, words) {
      if (!kept.has(id)) {
        const oldest = order[turn];
        if (oldest !== undefined) kept.delete(oldest);
        order[turn] = id;
        turn = (turn + 1) % recentLessons;
      }
      kept.set(id, words);
    },
  };
}

/** Measures one lesson by its prompt and response. */
export function measure(lesson: Pick<Lesson, "prompt" | "response">): Measured {
  const hashes = lessonWords(lesson);
  const bins = signature(hashes);
  return { words: () => hashes, bins, bands: bandKeys(bins) };
}

/** A candidate worth comparing exactly, with the share of its text that is estimated to be the same. */
export interface BestCandidate {
  readonly key: number;
  readonly share: number;
}

/** The candidates worth comparing exactly, best estimate first. */
export function bestCandidates(bins: Uint32Array, candidates: readonly Candidate[]): BestCandidate[] {
  return candidates
    .map((candidate) => ({ key: candidate.key, share: estimate(bins, candidate.bins) }))
    .sort((a, b) => b.share - a.share)
    .slice(0, comparedMax);
}

/** A lesson to compare with: by the hashes of its words or, where its words are not at hand, by the estimate. */
export interface Compared<Id = string> {
  readonly id: Id;
  readonly hashes: Uint32Array | null;
  readonly share: number;
}

/** Which of the compared lessons is nearest. */
export function nearestOf<Id = string>(words: () => Uint32Array, compared: readonly Compared<Id>[]): Nearest<Id> {
  let best: Nearest<Id> = { id: null, similarity: 0 };
  const set = compared.length === 0 ? new Set<number>() : shingles(words());
  for (const one of compared) {
    const similarity = one.hashes === null ? one.share : jaccard(set, shingles(one.hashes));
    if (similarity > best.similarity) best = { id: one.id, similarity };
  }
  return best;
}

/** Numbers as bytes, as a store keeps them: 32 bits each, low byte first. */
export function bytesOfNumbers(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** The numbers in such bytes. */
export function numbersOfBytes(bytes: unknown): Uint32Array {
  if (!(bytes instanceof Uint8Array)) return new Uint32Array();
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
