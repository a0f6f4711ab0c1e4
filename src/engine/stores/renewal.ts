import type { Alias } from "../learning/aliases.ts";
import type { Lesson } from "../learning/lesson.ts";
import type { SavedCursor } from "../telemetry/cursor.ts";
import type { Review } from "./listed.ts";

/** A lesson as a store keeps it, with its number and its review. */
export interface KeptLesson {
  readonly seq: number;
  readonly lesson: Lesson;
  readonly review: Review;
}

/** The words of rejected work as a store keeps them. */
export interface KeptNegative {
  readonly seq: number;
  readonly id: string;
  readonly patternId: string;
  readonly backend: string;
  readonly prompt: string;
  readonly response: string;
  readonly chosen: string;
}

/** A cursor as a store keeps it, and whose it is. */
export interface KeptCursor extends SavedCursor {
  readonly sink: string;
  readonly inode: string;
}

/** A proposal as a store keeps it. */
export interface KeptProposal {
  readonly hash: string;
  readonly body: string;
  readonly status: string;
}

/** What is changed in one transaction; what is not given stays. */
export interface Changes {
  /** Rows of lessons with other words. Their vectors are removed, because they were made of the words before. */
  readonly lessons?: readonly KeptLesson[];
  readonly reviews?: readonly { readonly id: string; readonly review: Review }[];
  /** Lessons that are removed, with their vectors and the names of their pairs. */
  readonly removed?: readonly string[];
  readonly aliases?: readonly Alias[];
  readonly negatives?: readonly KeptNegative[];
  readonly removedNegatives?: readonly number[];
  readonly cursors?: readonly KeptCursor[];
  readonly removedCursors?: readonly Pick<KeptCursor, "sink" | "inode">[];
  readonly proposals?: readonly KeptProposal[];
  readonly removedProposals?: readonly string[];
  /** Whether all that is measured of how lessons are alike is removed, to be measured anew. */
  readonly measured?: boolean;
  /** Facts with their value; null removes one. */
  readonly facts?: Readonly<Record<string, string | null>>;
}

/**
 * A store while what it keeps is redacted anew; nobody else writes to it. What is read is in the order in which it was
 * kept. Every call may fail with `silent` where a server is asked.
 */
export interface Renewal {
  readonly kind: "embedded" | "postgres";
  fact(name: string): Promise<string | null>;
  /** Whether nothing was ever kept. */
  isNew(): Promise<boolean>;
  lessonsAfter(seq: number, limit: number): Promise<KeptLesson[]>;
  lessonsOf(ids: readonly string[]): Promise<KeptLesson[]>;
  negativesAfter(seq: number, limit: number): Promise<readonly KeptNegative[]>;
  /** The names that some of these hashes stand for. */
  aliasesOf(hashes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** All aliases, in pieces. */
  aliases(): AsyncIterable<readonly Alias[]>;
  cursors(): Promise<KeptCursor[]>;
  proposals(): Promise<KeptProposal[]>;
  change(changes: Changes): Promise<void>;
  /**
   * Writes everything anew, so that nothing of what was there before is left in unused room; says what could not be.
   * `left` is what it said of that the last time.
   */
  compact(options: { readonly left: string; readonly signal: AbortSignal }): Promise<Uncompacted | null>;
}

/** What could not be written anew. */
export interface Uncompacted {
  readonly why: string;
  /** What is given to the next try, so that it does no more than what is left. */
  readonly left: string;
}
