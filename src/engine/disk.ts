import { randomBytes } from "node:crypto";
import { fdatasync, fstatSync, ftruncate, lstatSync, mkdirSync, statSync, writeSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { isAbort, isTimeout } from "./base/abort.ts";
import { errnoOf, Failure, messageOf } from "./errors.ts";

const cutTo = promisify(ftruncate);
const flushData = promisify(fdatasync);

/** Where a run of bytes landed in its file. */
export interface Appended {
  /** Bytes before the first byte written. */
  readonly offset: number;
  /** Bytes written, the final newline included. */
  readonly bytes: number;
}

/**
 * What a refused disk operation means for the user: `full` (ENOSPC, EDQUOT, EFBIG), `home` (EROFS, EACCES, EPERM), else
 * `failed`; failures and aborts pass through unchanged. `what` says what did not happen, `path` where.
 */
export function diskFailure(error: unknown, what: string, path: string): Error {
  if (error instanceof Failure) return error;
  if (error instanceof Error && (isAbort(error) || isTimeout(error))) return error;
  const directory = dirname(path);
  switch (errnoOf(error)) {
    case "ENOSPC":
      return new Failure("full", {
        what,
        why: `the disk that holds ${path} is full`,
        hint: `Free some space there, then try again. Type: df -h ${directory}`,
        cause: error,
      });
    case "EDQUOT":
      return new Failure("full", {
        what,
        why: `your disk quota is used up where ${path} lives`,
        hint: `Free some space there, then try again. Type: quota -s; df -h ${directory}`,
        cause: error,
      });
    case "EFBIG":
      return new Failure("full", {
        what,
        why: `${path} may not grow further: its file system or your user's limit says so`,
        hint: `Raise the limit, or use another file system. Type: ulimit -f; findmnt -T ${directory}`,
        cause: error,
      });
    case "EROFS":
      return new Failure("home", {
        what,
        why: `${path} is on a read-only file system`,
        hint: `Choose a place that can be written with --home, or look how it is mounted. Type: findmnt -T ${directory}`,
        cause: error,
      });
    case "EACCES":
    case "EPERM":
      return new Failure("home", {
        what,
        why: `this user may not write ${path}`,
        hint: `Give yourself access, or another place with --home. Type: ls -ld ${directory} ${path}`,
        cause: error,
      });
    default:
      return new Failure("failed", {
        what,
        why: messageOf(error),
        hint: `Look at the file and its directory. Type: ls -ld ${directory} ${path}`,
        cause: error,
      });
  }
}

/** Makes the names in a directory (created, renamed, removed) survive a power loss. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

// Node's own way to make parents never ends where the system says of a new name that it does not exist, as below /proc.
function missingAbove(directory: string): string[] {
  const missing: string[] = [];
  for (let at = resolve(directory); !isDirectory(at); at = dirname(at)) missing.unshift(at);
  return missing;
}

function notMade(directory: string, why: string, cause?: unknown): Failure {
  const hint = `Name another place with --home. Type: ls -ld ${dirname(directory)}`;
  return new Failure("home", { what: `The directory ${directory} was not made`, why, hint, cause });
}

function isDirectory(path: string): boolean {
  try {
    lstatSync(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return false;
    throw error;
  }
  if (statSync(path).isDirectory()) return true;
  throw notMade(path, "something that is no directory has this name");
}

function makeOne(directory: string): void {
  try {
    mkdirSync(directory, 0o700);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (errnoOf(error) === "EEXIST" && isDirectory(directory)) return;
    if (errnoOf(error) !== "ENOENT") throw error;
    throw notMade(directory, `${dirname(directory)} takes no new directories`, error);
  }
}

/** Makes a directory and its missing parents, readable by this user only; one that exists is left as it is. */
export function makeDirectoryNow(directory: string): void {
  try {
    for (const missing of missingAbove(directory)) makeOne(missing);
  } catch (error) {
    throw diskFailure(error, `The directory ${directory} was not made`, directory);
  }
}

/** As `makeDirectoryNow`, as a promise. */
export async function makeDirectory(directory: string): Promise<void> {
  makeDirectoryNow(directory);
}

/**
 * Replaces a file as a whole: after a crash at any moment the old or the new content is there, never a mixture.
 * Mode in `mode` (default 0600). Without `sync` a power loss may lose it, which is enough for what is soon written anew.
 * Fails with `full`, `home` or `failed`; then the old file is untouched.
 */
export async function writeWhole(
  file: string,
  data: string | Uint8Array,
  { mode = 0o600, sync = true, signal }: { mode?: number; sync?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  signal?.throwIfAborted();
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const handle = await open(temporary, "wx", mode);
    try {
      await handle.writeFile(data, { signal });
      if (sync) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    if (sync) await syncDirectory(dirname(file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskFailure(error, `The file ${file} was not written`, file);
  }
}

/**
 * Adds bytes to the end of an open file and returns once they are on the disk; all of them or none.
 * The caller keeps other writers away. Fails with `full`, `home` or `failed`; then the file has its old length.
 */
export async function appendDurably(fd: number, file: string, data: string | Uint8Array): Promise<Appended> {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  // Only the sync is worth waiting for beside other work: the rest takes microseconds.
  const { size: offset } = fstatSync(fd);
  let written = 0;
  try {
    while (written < bytes.length) {
      written += writeSync(fd, bytes, written, bytes.length - written, offset + written);
    }
    await flushData(fd);
    return { offset, bytes: bytes.length };
  } catch (error) {
    if (written > 0) await cutTo(fd, offset);
    throw diskFailure(error, `Nothing was added to ${file}`, file);
  }
}
