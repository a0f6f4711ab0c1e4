import { closeSync, openSync } from "node:fs";
import type { Cursor } from "./cursor.ts";
import { relate } from "./identity.ts";
import { findInode } from "./lost.ts";

/**
 * The smallest offset that every sink has safely taken of a file: 0 when one of them has not begun it or when the file
 * is not the one they read (its inode was used again); null when no sink knows it.
 */
export function committedBytes(cursors: readonly Cursor[], sinks: number, inode: string): number | null {
  const known = cursors.filter((cursor) => cursor.inode === inode);
  const [first] = known;
  if (!first) return null;
  if (known.length < sinks) return 0;
  const where = findInode(first.file, inode);
  if (!where) return 0;
  const fd = openSync(where.file, "r");
  try {
    return Math.min(...known.map(({ offset, print }) => (relate(fd, offset, print) === "same" ? offset : 0)));
  } finally {
    closeSync(fd);
  }
}
