import { closeSync, constants, openSync, readFileSync, statSync } from "node:fs";
import { errnoOf } from "../errors.ts";
import { inodeKey } from "./identity.ts";

/** Most files kept open, however many the system allows. */
const mostOpen = 1024;
/** Files kept open where the system does not tell its limit, as if that were 256. */
const unknownOpen = 64;
/** The rest of a process's descriptors is for the store, sockets and pipes. */
const shareOfLimit = 1 / 4;

/** Who reads a file: its name, its `device:inode`, and its descriptor while it is open. */
export interface Reader {
  readonly file: string;
  readonly inode: string;
  fd: number | null;
}

/**
 * The files that are open for reading, over all followers of a process. States of a reader: open, closed. When too many
 * are open, the one used longest ago is closed; never one whose name is gone, because nothing would lead to it again.
 */
export interface Descriptors {
  readonly max: number;
  /** Opens a reader's file, or marks the open one as just used. Fails as opening does, EMFILE only if nothing can close. */
  open(reader: Reader): number;
  close(reader: Reader): void;
}

/** How many files may be open for reading, by the process's own limit of open files; a limit of null is not known. */
export function mostOpenFiles(limit: number | null): number {
  return limit === null ? unknownOpen : Math.max(8, Math.min(mostOpen, Math.floor(limit * shareOfLimit)));
}

/** The most files this process may have open, or null where the system does not tell (it is read on Linux). */
export function readFileLimit(): number | null {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

function leadsTo({ file, inode }: Reader): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && inodeKey(stat) === inode;
}

/** Opens the table of files that are open for reading; `max` of them at once. */
export function openDescriptors(max = mostOpenFiles(readFileLimit())): Descriptors {
  // In the order of use, oldest first.
  const readers = new Set<Reader>();

  const close = (reader: Reader) => {
    readers.delete(reader);
    if (reader.fd !== null) closeSync(reader.fd);
    reader.fd = null;
  };

  const closeOldest = (): boolean => {
    for (const reader of readers) {
      if (!leadsTo(reader)) continue;
      close(reader);
      return true;
    }
    return false;
  };

  const openFile = (file: string): number => {
    for (;;) {
      try {
        return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
      } catch (error) {
        const full = errnoOf(error) === "EMFILE" || errnoOf(error) === "ENFILE";
        if (!full || !closeOldest()) throw error;
      }
    }
  };

  return {
    max,
    open(reader) {
      if (reader.fd === null) {
        while (readers.size >= max && closeOldest());
        reader.fd = openFile(reader.file);
      }
      readers.delete(reader);
      readers.add(reader);
      return reader.fd;
    },
    close,
  };
}
