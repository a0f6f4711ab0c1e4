import type { Lesson } from "../learning/lesson.ts";

/** The state of a person's review of a lesson. */
export type Review = "pending" | "approved" | "rejected";

/** A lesson as it is listed: with its review, and its value and nearest neighbour once they are measured. */
export interface ListedLesson extends Lesson {
  readonly review: Review;
  readonly value: number | null;
  readonly nearest: string | null;
  readonly similarity: number | null;
}

/** What one source has given since the store was made. */
export interface SourceTally {
  events: number;
  lessons: number;
  duplicates: number;
  readonly rejected: Record<string, number>;
  /** The same by dialect: `none` where none knows the lines, an empty name for what was counted without one. */
  readonly dialects: Record<string, { events: number; readonly rejected: Record<string, number> }>;
}

/** A bad line as it is listed. */
export interface ListedBadLine {
  readonly file: string;
  readonly inode: string;
  readonly offset: number;
  readonly bytes: number;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly foundAt: string;
}

/** Where one sink stands in one file. */
export interface SavedPlace {
  readonly sink: string;
  /** ISO 8601, UTC. */
  readonly savedAt: string;
  readonly inode: string;
  readonly file: string;
  readonly offset: number;
}

/** What the fine-tuning dataset holds, by number. */
export interface DatasetCounts {
  readonly lessons: number;
  readonly approved: number;
  readonly rejected: number;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly characters: number;
  readonly nearDuplicates: number;
  readonly valued: number;
  readonly meanValue: number | null;
  readonly byKind: readonly { readonly kind: string; readonly lessons: number }[];
}

/** The model and length of the vectors that are kept. */
export interface VectorModel {
  readonly label: string;
  readonly dimensions: number;
}

/** What a sink did with the lessons of one file. */
export interface SourceTaken {
  /** Lessons added. */
  fresh: number;
  duplicates: number;
  /** Lessons that were not added because they are withdrawn. */
  withdrawn: number;
  /** Lessons that were there and are removed because they are withdrawn now. */
  removed: number;
}
