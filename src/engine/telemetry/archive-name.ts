import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../errors.ts";

/** How an archive is compressed. */
export type Compression = "zstd" | "gzip";

/** What the name of a file in an archive directory says; names of any other form are not ours. */
export interface ArchiveName {
  /** The name as it stands in the directory. */
  readonly name: string;
  /** Name of the log without its extension, for example `ralph-events`. */
  readonly log: string;
  readonly rotatedAt: Date;
  /** Tells apart rotations of one log within one millisecond; 0 for the first. */
  readonly counter: number;
  /** The name before compression. */
  readonly plain: string;
  /** Null for a plain file. */
  readonly compression: Compression | null;
  /** A temporary file of a run that did not finish. */
  readonly unfinished: boolean;
}

/** One file of ours in an archive directory. */
export interface Archive extends ArchiveName {
  readonly path: string;
  readonly bytes: number;
  readonly dev: number;
  readonly ino: number;
}

const pattern = /^(.+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z(?:-(\d+))?\.jsonl(\.zst|\.gz)?(\.tmp)?$/;

/** The ending a compression puts behind `.jsonl`. */
export const endings = { zstd: ".zst", gzip: ".gz" } as const;

/** Reads `<log>-<yyyymmddThhmmss.mmmZ>[-<counter>].jsonl[.zst|.gz][.tmp]`; null for every other name. */
export function parseArchiveName(name: string): ArchiveName | null {
  const match = pattern.exec(name);
  if (match === null) return null;
  const [, log = "", year, month, day, hour, minute, second, counter, ending, temporary] = match;
  const rotatedAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(rotatedAt.getTime()) || (temporary !== undefined && ending === undefined)) return null;
  return {
    name,
    log,
    rotatedAt,
    counter: Number(counter ?? 0),
    plain: name.slice(0, name.length - (ending ?? "").length - (temporary ?? "").length),
    compression: ending === undefined ? null : ending === endings.zstd ? "zstd" : "gzip",
    unfinished: temporary !== undefined,
  };
}

/** The name a log rotated at a moment gets: UTC, to the millisecond, with a counter when `taken` says it is in use. */
export function nameArchive(log: string, rotatedAt: Date, taken: (plain: string) => boolean): string {
  const stamp = rotatedAt.toISOString().replaceAll(/[-:]/g, "");
  for (let counter = 0; ; counter++) {
    const name = `${log}-${stamp}${counter === 0 ? "" : `-${counter}`}.jsonl`;
    if (!taken(name)) return name;
  }
}

/** Orders archives by when they were rotated, oldest first. */
export function byRotation(a: ArchiveName, b: ArchiveName): number {
  return a.rotatedAt.getTime() - b.rotatedAt.getTime() || a.counter - b.counter || (a.name < b.name ? -1 : 1);
}

/** The files of ours in a directory, oldest first; foreign files are passed over, a missing directory is empty. */
export async function listArchives(directory: string): Promise<Archive[]> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
  const archives: Archive[] = [];
  for (const name of names) {
    const parsed = parseArchiveName(name);
    if (parsed === null) continue;
    const path = join(directory, name);
    const found = await lstat(path).catch((error: unknown) => {
      if (errnoOf(error) === "ENOENT") return null;
      throw error;
    });
    if (found?.isFile()) archives.push({ ...parsed, path, bytes: found.size, dev: found.dev, ino: found.ino });
  }
  return archives.toSorted(byRotation);
}
