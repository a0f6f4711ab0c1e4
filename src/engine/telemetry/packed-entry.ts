import type { Followed } from "./followed.ts";
import type { PackedLines, PackedPrint, Survey, Surveying } from "./packed-generation.ts";

/** A compressed generation that a follower has seen. */
export interface Entry {
  readonly inode: string;
  readonly log: string;
  readonly compression: "gzip" | "zstd";
  file: string;
  /** Size and times when its print was taken. */
  times: string;
  changedAtMs: number;
  print: PackedPrint;
  state: "new" | "held" | "reading" | "done";
  survey: Survey | null;
  surveyMs: number;
  notBefore: number;
  /** Its name is another file's now. */
  isMoved: boolean;
  seen: boolean;
  /** Looks in a row that did not see it. */
  unseen: number;
  damageSaid: boolean;
}

/** The one that is looked through now. */
export interface UnderSurvey {
  readonly entry: Entry;
  readonly survey: Surveying;
  spentMs: number;
}

/** The one that is read now. */
export interface UnderReading {
  readonly entry: Entry;
  readonly followed: Followed;
  readonly lines: PackedLines;
}

type Beginning = Omit<Entry, "survey" | "surveyMs" | "seen" | "unseen" | "isMoved" | "damageSaid">;

/** One that was seen just now. */
export function made(beginning: Beginning): Entry {
  return { ...beginning, survey: null, surveyMs: 0, seen: true, unseen: 0, isMoved: false, damageSaid: false };
}

/** Whether two compressed files look alike. */
export function samePacked(a: PackedPrint, b: PackedPrint): boolean {
  return a.bytes === b.bytes && a.headHash === b.headHash && a.tailHash === b.tailHash;
}
