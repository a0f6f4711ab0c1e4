import { noTurns } from "../learning/formats/dialect.ts";
import { keptBytes } from "./content-prints.ts";
import type { Cursor, Place } from "./cursor.ts";
import { cursorOf, type Followed } from "./followed.ts";
import { fingerprint, readAt, relate, shortHash } from "./identity.ts";
import { heldBy, type Origins } from "./packed-origin.ts";
import { type CopyEnd, endsAmong } from "./recent.ts";

/*
 * A plain copy beside a log, as copytruncate makes it.
 *
 *   a followed file has all of it          it is left: that file gives the lines
 *   a place fits that content was cut at   it is read from there
 *   it ends among what was read last       all of it was read: copied, written to, read, and then cut
 *   nothing fits                           it is read from its start
 */

/** What a follower knows of contents beside the files that it follows. */
export interface CopyWorld extends Origins {
  readonly saved: ReadonlyMap<string, Cursor>;
  /** Content that was thought to be lost goes on in a copy. */
  readonly found: (place: Place) => void;
}

function endOf(fd: number, bytes: number): CopyEnd {
  const end = readAt(fd, Math.max(0, bytes - keptBytes), Math.min(bytes, keptBytes));
  return {
    bytes,
    end: { bytes: end.length, hash: shortHash(end) },
    headHash: (headBytes) => (bytes < headBytes ? null : shortHash(readAt(fd, 0, headBytes))),
  };
}

/** Decides about a copy that nobody read yet, and moves it to the place where its content was left. */
export function adopt(world: CopyWorld, copy: Followed, log: string): "read" | "leave" {
  const { files, saved, opened, isNamedAfter, left, found } = world;
  const fd = copy.size === 0 ? null : opened(copy);
  if (fd === null) return "read";
  const print = fingerprint(fd, copy.size);
  const end = endOf(fd, copy.size);
  const isTaken = left().find((place) => isNamedAfter(place.file, log) && endsAmong(place, end));
  const survey = { bytes: copy.size, print, end: end.end };
  if (heldBy(world, log, survey, { except: copy })) return "leave";
  if (isTaken) {
    found(isTaken);
    Object.assign(copy, { offset: copy.size, print, turns: noTurns, adopted: true });
    return "read";
  }
  const fits = ({ file, offset }: Place) => offset > copy.offset && offset <= copy.size && isNamedAfter(file, log);
  const mayBe = (place: Place) => place.inode !== copy.inode && fits(place);
  const followed = [...files.values()].filter(mayBe).map(cursorOf);
  // A compressed file that had this inode before may have held the same.
  const before = [...saved.values()].filter((one) => mayBe(one) || (one.packed && fits(one)));
  const known: Place[] = [...left().filter(mayBe), ...followed, ...before];
  for (const place of known.toSorted((a, b) => b.offset - a.offset)) {
    const now = opened(copy);
    if (now === null) return "read";
    if (relate(now, place.offset, place.print) !== "same") continue;
    const origin = place.inode === copy.inode ? undefined : files.get(place.inode);
    if (origin?.packed && !origin.packed.finished) return "leave";
    const originFd = origin && !origin.packed ? opened(origin) : null;
    // The place is of another file that begins alike and is still there.
    if (originFd !== null && relate(originFd, place.offset, place.print) === "same") continue;
    found(place);
    Object.assign(copy, { offset: place.offset, print: place.print, turns: place.turns, adopted: true });
    return "read";
  }
  return "read";
}
