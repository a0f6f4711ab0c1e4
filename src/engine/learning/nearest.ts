import type { Lesson } from "./lesson.ts";
import { bandKeys, estimate, jaccard, shingles, signature } from "./similar.ts";

/** Newest candidates looked at; more would only be found in a very crowded band. */
export const candidatesMax = 16;
/** Candidates compared exactly, best estimates first. */
const comparedMax = 2;

/** What is measured of a lesson to find its near-duplicates. */
export interface Measured {
  readonly set: ReadonlySet<number>;
  readonly bins: Uint32Array;
  readonly bands: readonly number[];
}

/** An earlier lesson that shares a band. */
export interface Candidate {
  readonly key: number;
  readonly bins: Uint32Array;
}

/** The nearest earlier lesson and how much it shares, 0 to 1; none shares nothing. */
export interface Nearest {
  readonly id: string | null;
  readonly similarity: number;
}

/** Measures one lesson by its prompt and response. */
export function measure({ prompt, response }: Pick<Lesson, "prompt" | "response">): Measured {
  const set = shingles(`${prompt}\n${response}`);
  const bins = signature(set);
  return { set, bins, bands: bandKeys(bins) };
}

/** The keys of the candidates worth comparing exactly, best estimate first. */
export function bestCandidates(bins: Uint32Array, candidates: readonly Candidate[]): number[] {
  return candidates
    .map((candidate) => ({ key: candidate.key, share: estimate(bins, candidate.bins) }))
    .sort((a, b) => b.share - a.share)
    .slice(0, comparedMax)
    .map(({ key }) => key);
}

/** Which of the compared lessons is nearest. */
export function nearestOf(
  set: ReadonlySet<number>,
  compared: readonly { readonly id: string; readonly set: ReadonlySet<number> }[],
): Nearest {
  let best: Nearest = { id: null, similarity: 0 };
  for (const one of compared) {
    const similarity = jaccard(set, one.set);
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
