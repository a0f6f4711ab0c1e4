import type { Row } from "./cursor-rows.ts";
import { toLesson, toReview } from "./lesson-rows.ts";
import type { KeptCursor, KeptLesson, KeptProposal } from "./renewal.ts";

/** The lesson in a row, with its number and its review. */
export function toKeptLesson(row: Row): KeptLesson {
  return { seq: Number(row.seq), lesson: toLesson(row), review: toReview(row.review) };
}

/** The cursor in a row, with its copies as they stand there. */
export function toKeptCursor(row: Row): KeptCursor {
  return {
    sink: String(row.sink),
    inode: String(row.inode),
    body: String(row.body),
    checksum: String(row.checksum),
    previousBody: String(row.previous_body),
    previousChecksum: String(row.previous_checksum),
  };
}

/** The proposal in a row. */
export function toKeptProposal(row: Row): KeptProposal {
  return { hash: String(row.hash), body: String(row.body), status: String(row.status) };
}
