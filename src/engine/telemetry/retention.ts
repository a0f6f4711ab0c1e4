import { type ArchiveName, byRotation } from "./archive-name.ts";

/** How many compressed archives stay; null means no limit of that kind. */
export interface Retention {
  readonly days: number | null;
  /** Most archives of one log. */
  readonly count: number | null;
  /** Most bytes of all archives in the directory. */
  readonly bytes: number | null;
}

/** Why an archive goes. */
export type Expiry = "age" | "count" | "bytes";

interface Kept extends ArchiveName {
  readonly bytes: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * The compressed archives that are too many, oldest first, each with the first rule it breaks.
 * Age counts from the rotation named in the file name, so that copying or touching an archive does not renew it.
 * Plain and unfinished files are never named.
 */
export function findExpired<T extends Kept>(
  archives: readonly T[],
  retention: Retention,
  now: Date,
): { archive: T; why: Expiry }[] {
  const expired: { archive: T; why: Expiry }[] = [];
  const counts = new Map<string, number>();
  let keptBytes = 0;
  let full = false;
  for (const archive of archives.toSorted(byRotation).toReversed()) {
    if (archive.compression === null || archive.unfinished) continue;
    const count = (counts.get(archive.log) ?? 0) + 1;
    counts.set(archive.log, count);
    const aged = retention.days !== null && now.getTime() - archive.rotatedAt.getTime() > retention.days * dayMs;
    const surplus = retention.count !== null && count > retention.count;
    if (!aged && !surplus) {
      full ||= retention.bytes !== null && keptBytes + archive.bytes > retention.bytes;
      if (!full) keptBytes += archive.bytes;
    }
    if (aged || surplus || full) expired.push({ archive, why: aged ? "age" : surplus ? "count" : "bytes" });
  }
  return expired.toReversed();
}
