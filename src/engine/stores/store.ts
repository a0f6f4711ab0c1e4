import type { Emit } from "../events.ts";
import type { BreakerName } from "../guards/names.ts";
import type { DuplicateOf } from "../learning/clusters.ts";
import type { Embedder } from "../learning/embed.ts";
import type { Negative } from "../learning/lesson.ts";
import type { Batch } from "../telemetry/batch.ts";
import type { Cursor } from "../telemetry/cursor.ts";
import type {
  DatasetCounts,
  ListedBadLine,
  ListedLesson,
  Review,
  SavedPlace,
  SourceTaken,
  SourceTally,
  VectorModel,
} from "./listed.ts";
import type { Renewal } from "./renewal.ts";
import type { Tables } from "./tables.ts";

/** The sinks of a store. */
export const sinkNames = ["rows", "dataset", "vectors", "neighbours"] as const;

/** How many of them, from the first on, are never put off; their backlog is the one that counts. */
export const essentialSinks = 2;

/** What a sink did with a batch. */
export interface Taken {
  /** Lessons that were not there before. */
  readonly fresh: number;
  readonly duplicates: number;
  /** Lessons that were there and are removed because they are withdrawn; none where it is not said. */
  readonly removed?: number;
  /** The same by source, where the sink counts them, with those that were not added because they are withdrawn. */
  readonly bySource?: ReadonlyMap<string, Readonly<SourceTaken>>;
}

/**
 * Somewhere lessons go: a function and a cursor. Taking the same batch twice leaves the same as taking it once, and what
 * a batch withdraws is gone for good, in whichever order batches come.
 */
export interface Sink {
  readonly name: string;
  /** Whether it may be put off while the backlog is too large. */
  readonly optional: boolean;
  /** The server it asks, whose breaker stands before every call; none where nothing but this machine is needed. */
  readonly dependency?: BreakerName;
  /** Whether it puts that breaker before each of its calls itself, because a batch takes many, and some to others. */
  readonly guardsItself?: boolean;
  /**
   * The cursors saved so far; a damaged one is named by an event and replaced by its previous copy. Fails with `silent`
   * when it is worth trying again.
   */
  load(options: { readonly signal: AbortSignal }): Promise<readonly Cursor[]>;
  /** The counts of every source so far, where the sink keeps them. Fails as `load` does. */
  tallies?(): Promise<Record<string, SourceTally>>;
  /**
   * Keeps the outputs of a batch and then its cursors, durably. Fails with `full` or `silent` when it is worth trying
   * again, with `refused` when a lesson of the batch cannot be kept, ever.
   */
  take(batch: Batch, options: { readonly signal: AbortSignal }): Promise<Taken>;
}

/** What a sink of any store is opened with. */
export interface SinkOptions {
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** What the rows sink must know. */
export interface RowsOptions extends SinkOptions {
  /** Addresses of bad lines kept; the oldest go first. */
  readonly rejectedKept: number;
  /** Makes proposals from completed tasks; `has` says whether one was made before. Returns their JSON by hash. */
  readonly propose: (tasks: Batch["tasks"], has: (hash: string) => boolean) => ReadonlyMap<string, string>;
}

/** What a look at a store's health found. */
export interface StoreHealth {
  readonly ok: boolean;
  readonly found: string;
  readonly hint: string;
}

/** Where lessons and all that belongs to them are kept. Every call may fail with `silent` where a server is asked. */
export interface Store {
  readonly kind: "embedded" | "postgres";
  /** Its file, or its server, database and schema. */
  readonly place: string;
  /** The version of its tables, and of the program that keeps them. */
  version(): Promise<{ readonly tables: number; readonly server: string }>;
  /** The lessons whose id begins with a prefix, at most two: one is the lesson meant, two say the prefix is too short. */
  lessonsByPrefix(prefix: string): Promise<ListedLesson[]>;
  /** Lessons, newest first; `search` are words that must all occur in prompt or response. */
  listLessons(limit: number, search: string | null): Promise<ListedLesson[]>;
  /** The lessons nearest to a vector, nearest first, with their cosine distance (0 the same, 2 opposite). */
  nearestLessons(vector: Float32Array, limit: number): Promise<{ readonly id: string; readonly distance: number }[]>;
  /** The counts of every source. */
  tallies(): Promise<Record<string, SourceTally>>;
  /** How many there are of each thing the store keeps. */
  counts(): Promise<Readonly<Record<string, number>>>;
  datasetCounts(): Promise<DatasetCounts>;
  /** The addresses of bad lines, newest first. */
  badLines(limit: number): Promise<ListedBadLine[]>;
  /** Where every sink stands in every file, by inode. */
  places(): Promise<SavedPlace[]>;
  proposals(): Promise<{ readonly body: string; readonly status: string }[]>;
  /** The lessons that a person reviewed. */
  reviews(): Promise<{ readonly id: string; readonly review: Review }[]>;
  /** Each near-duplicate (member) with the kept lesson it belongs to and their exact similarity; no member is kept. */
  duplicateClusters(): Promise<ReadonlyMap<string, DuplicateOf>>;
  /** The kept lessons that answer one and the same prompt differently, together, the best first. */
  conflicts(): Promise<readonly (readonly string[])[]>;
  /**
   * What decides on which side of a split a lesson is, for every lesson that is linked to another one, over any number of
   * links; a lesson that is not in it stands for itself: `keys.get(id) ?? id`.
   */
  splitKeys(): Promise<ReadonlyMap<string, string>>;
  /** The lessons whose measured value is at least this, 0 to 1. */
  lessonsWorth(minValue: number): Promise<readonly string[]>;
  /** Rejected work after a number, in the order it was rejected, at most so many. */
  negatives(after: number, limit: number): Promise<readonly (Negative & { readonly seq: number })[]>;
  /** Which of these lessons some sink has heard of as withdrawn. */
  withdrawn(ids: readonly string[]): Promise<ReadonlySet<string>>;
  vectorModel(): Promise<VectorModel | null>;
  health(): Promise<StoreHealth>;
  /** The cursors of one sink; a damaged one is named and its previous copy used, else its file is read again. */
  cursors(sink: string, emit: Emit): Promise<Cursor[]>;
  /** Notes lessons as withdrawn, durably, for vectors that are kept elsewhere; any that are left here go. */
  noteWithdrawn(ids: readonly string[]): Promise<void>;
  /** Saves the cursors of a sink whose outputs are kept elsewhere, durably. */
  saveCursors(sink: string, cursors: readonly Cursor[]): Promise<void>;
  review(id: string, verdict: Review): Promise<void>;
  forgetBadLine(line: Pick<ListedBadLine, "inode" | "offset" | "reason">): Promise<void>;
  /** The sink of lessons with their text index, counts, bad lines and proposals. */
  openRows(options: RowsOptions): Promise<Sink>;
  /** The sink of the dataset file; the names of its pairs are kept here. */
  openPairs(file: string, options: SinkOptions): Promise<Sink & { close(): void }>;
  /** The sink of vectors; fails with `config` when those kept were made by another model, unless they are to be made anew. */
  openVectors(embedder: Embedder, options: SinkOptions & { readonly rebuild: boolean }): Promise<Sink>;
  /** The sink that measures how new each lesson is, and from that its value. */
  openNeighbours(options: SinkOptions): Promise<Sink>;
  /** How many transactions were made durable, and the milliseconds spent on that. */
  spent(): { readonly count: number; readonly ms: number };
  /** Everything that is kept, table by table, for moving it to another store. */
  openTables(): Promise<Tables>;
  /** Everything that is kept in words, for redacting it anew; nobody else may write meanwhile. */
  openRenewal(): Promise<Renewal>;
  close(): Promise<void>;
}
