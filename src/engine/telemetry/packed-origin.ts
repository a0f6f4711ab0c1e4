import { fstatSync } from "node:fs";
import type { Place } from "./cursor.ts";
import type { Followed } from "./followed.ts";
import { type Fingerprint, relate } from "./identity.ts";
import { holdsAll, type Survey, type WholeContent } from "./packed-generation.ts";
import { endsAmong, type RecentPlace } from "./recent.ts";

/** Where the content of a compressed generation may have been read before. */
export interface Origins {
  readonly files: Map<string, Followed>;
  /** Every place where content of a log may have been left. */
  readonly places: (log: string) => readonly Place[];
  /** The descriptor of a followed plain file that is still what it was; null of one that cannot be opened. */
  readonly opened: (followed: Followed) => number | null;
  readonly isNamedAfter: (file: string, log: string) => boolean;
  /** Places of content that was cut from under the follower. */
  readonly left: () => readonly (Place & RecentPlace)[];
}

function samePrint(a: Fingerprint | undefined, b: Fingerprint): boolean {
  return a !== undefined && a.headBytes === b.headBytes && a.headHash === b.headHash && a.tailHash === b.tailHash;
}

/** A followed plain file that has all of a content, whether it has given it already or not; only such if that is asked. */
export function heldBy(
  origins: Origins,
  log: string,
  survey: WholeContent,
  { taken, except }: { readonly taken?: boolean; readonly except?: Followed },
): Followed | null {
  const { bytes } = survey;
  if (bytes === 0) return null;
  for (const followed of origins.files.values()) {
    if (followed.packed !== null || followed === except) continue;
    if (taken !== undefined && taken !== followed.offset >= bytes) continue;
    if (!origins.isNamedAfter(followed.file, log)) continue;
    // It may have grown since it was looked at, and been copied then.
    const fd = origins.opened(followed);
    if (fd !== null && fstatSync(fd).size >= bytes && holdsAll(fd, survey)) return followed;
  }
  return null;
}

/** Whether content was left, while the survey went on, at a place that it was not asked about. */
export function isStale({ places, files }: Origins, log: string, { bytes, prints }: Survey): boolean {
  return places(log).some(
    ({ inode, offset }) => offset <= bytes && !prints.has(offset) && files.get(inode)?.offset !== offset,
  );
}

/** Whether it is a copy that ends among what was read last of a log that was cut then. */
export function isTaken({ left, isNamedAfter }: Origins, log: string, survey: Survey): RecentPlace | null {
  const head = (headBytes: number) => (survey.print.headBytes === headBytes ? survey.print.headHash : null);
  const end = { bytes: survey.bytes, end: survey.end, headHash: head };
  return left().find((place) => isNamedAfter(place.file, log) && endsAmong(place, end)) ?? null;
}

/** The furthest place whose content this is, unless that content is another file's which is still there. */
export function placeIn({ places, files, opened }: Origins, log: string, survey: Survey): Place | null {
  const fitting = places(log)
    .filter(({ offset, print }) => offset > 0 && samePrint(survey.prints.get(offset), print))
    .toSorted((a, b) => b.offset - a.offset);
  for (const place of fitting) {
    const origin = files.get(place.inode);
    const fd = origin?.packed === null ? opened(origin) : null;
    if (fd === null || relate(fd, place.offset, place.print) !== "same") return place;
  }
  return null;
}
