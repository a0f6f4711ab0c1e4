import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { open, stat } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import { diskFailure, syncDirectory } from "../disk.ts";
import { errnoOf, Failure } from "../errors.ts";
import { endings, nameArchive } from "./archive-name.ts";
import { type Due, type RotationReason, reasonToRotate } from "./due.ts";
import { lockFile, unlock } from "./flock.ts";
import type { Log } from "./log-place.ts";

/** A log that was renamed into the archive directory and begun anew. */
export interface Rotated {
  readonly file: string;
  readonly archive: string;
  readonly bytes: number;
  readonly why: RotationReason;
}

/** A log that stayed as it was. */
export interface KeptLog {
  readonly file: string;
  readonly bytes: number;
  readonly why: "not due" | "empty" | "missing" | "not a regular file";
}

/** The circumstances of one rotation. */
export interface Moment {
  readonly now: Date;
  /** When this log was last rotated, as far as its archives tell. */
  readonly lastRotatedAt: Date | null;
  readonly dryRun: boolean;
  readonly lockTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const newline = 10;

function bornAt(found: Stats, { lastRotatedAt, now }: Moment): Date {
  const known = found.birthtimeMs > 0 ? found.birthtime : lastRotatedAt === null ? found.mtime : new Date(0);
  return lastRotatedAt !== null && lastRotatedAt > known && lastRotatedAt <= now ? lastRotatedAt : known;
}

function isTaken(archiveDir: string, plain: string): boolean {
  return ["", ...Object.values(endings)].some((ending) => existsSync(join(archiveDir, plain + ending)));
}

function isTorn(fd: number, bytes: number): boolean {
  const last = Buffer.alloc(1);
  return readSync(fd, last, 0, 1, bytes - 1) === 1 && last[0] !== newline;
}

/** Begins the log anew with the old one's mode and owner; a writer that was quicker has already begun it. */
function beginAnew(file: string, like: Stats): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
  const fd = openSync(file, flags, like.mode & 0o777);
  try {
    const made = fstatSync(fd);
    if (made.uid !== like.uid || made.gid !== like.gid) fchownSync(fd, like.uid, like.gid);
    if ((made.mode & 0o777) !== (like.mode & 0o777)) fchmodSync(fd, like.mode & 0o777);
  } catch (error) {
    // Only root may give a file away; the log then belongs to whoever rotates.
    if (errnoOf(error) !== "EPERM") throw error;
  } finally {
    closeSync(fd);
  }
}

/** With the log's lock held: decides, renames and begins anew; null when the path names another file by now. */
function rotateLocked(fd: number, log: Log, due: Due, moment: Moment): Rotated | KeptLog | null {
  const { file, archiveDir } = log;
  const held = fstatSync(fd);
  const named = statSync(file, { throwIfNoEntry: false });
  if (named === undefined || named.ino !== held.ino || named.dev !== held.dev) return null;
  const why = reasonToRotate(held.size, bornAt(held, moment), due, moment.now);
  if (why === null) return { file, bytes: held.size, why: held.size === 0 ? "empty" : "not due" };
  const archive = join(
    archiveDir,
    nameArchive(parse(file).name, moment.now, (plain) => isTaken(archiveDir, plain)),
  );
  const torn = isTorn(fd, held.size);
  const rotated = { file, archive, bytes: held.size + (torn ? 1 : 0), why };
  if (moment.dryRun) return rotated;
  // We hold the lock, so whoever wrote the torn line is gone: close it, or readers would wait for its end for ever.
  if (torn) writeSync(fd, "\n");
  renameSync(file, archive);
  beginAnew(file, held);
  return rotated;
}

async function flushToDisk(rotated: Rotated): Promise<void> {
  const handle = await open(rotated.archive, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(rotated.archive));
  await syncDirectory(dirname(rotated.file));
}

/**
 * Rotates one log if it is due: under its flock it is renamed to `<log>-<UTC>.jsonl` in the archive directory, never
 * over an existing name, and an empty file with the same mode and owner takes its place. Writers notice by inode.
 * Fails with `timeout` (lock not had), `full`, `home`, or `usage` (archive directory on another disk).
 */
export async function rotateLog(log: Log, due: Due, moment: Moment): Promise<Rotated | KeptLog> {
  const { file } = log;
  const { dryRun, lockTimeoutMs, signal } = moment;
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (!(await stat(file)).isFile()) return { file, bytes: 0, why: "not a regular file" };
      const fd = openSync(file, dryRun ? constants.O_RDONLY : constants.O_RDWR | constants.O_APPEND);
      try {
        if (!dryRun) await lockFile(fd, file, { timeoutMs: lockTimeoutMs, signal });
        const outcome = rotateLocked(fd, log, due, moment);
        unlock(fd);
        if (outcome !== null && "archive" in outcome && !dryRun) await flushToDisk(outcome);
        if (outcome !== null) return outcome;
      } finally {
        closeSync(fd);
      }
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { file, bytes: 0, why: "missing" };
    if (errnoOf(error) === "EXDEV") {
      throw new Failure("usage", {
        what: `The log ${file} was not rotated`,
        why: `${log.archiveDir} is on another disk, so the log cannot be moved there in one step`,
        hint: "Choose an archive directory on the same disk as the log",
        cause: error,
      });
    }
    throw diskFailure(error, `The log ${file} was not rotated`, file);
  }
}
