import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type Appended, diskFailure, makeDirectoryNow } from "../disk.ts";
import { errnoOf, Failure } from "../errors.ts";
import { formatEvent, refuseEvent } from "./event-line.ts";
import { lockFile, tryLock, unlock } from "./flock.ts";

// States: shut (no descriptor) → open (first append) → shut (idle for a second, rotated by others, or closed).
// Only `ready` opens and only `drop` shuts; the lock is held only inside one synchronous stretch of code.

const newline = 10;
const idleMs = 1000;

/** Appends whole events to one telemetry file that others may write and rotate at the same time. */
export interface Writer extends AsyncDisposable {
  /**
   * Adds one event as one line, waiting for the file's lock; appends of one writer keep their order.
   * Fails with `usage` (not one JSON object), `timeout`, `full` or `home`; then nothing was written and the event is
   * still the caller's.
   */
  append(event: object | string, options?: { signal?: AbortSignal | undefined }): Promise<Appended>;
  /** Adds one event now, or returns null and writes nothing when that would mean waiting. Fails as `append` does. */
  appendSync(event: object | string): Appended | null;
  /** Waits for the appends under way, then lets the file go. */
  close(): Promise<void>;
}

function openForAppend(file: string): number {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
  try {
    return openSync(file, flags, 0o600);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    makeDirectoryNow(dirname(file));
    return openSync(file, flags, 0o600);
  }
}

const lastByte = Buffer.alloc(1);

/** Writes the line in one write(2), after a newline if the last writer died within its line; all of it or nothing. */
function putLine(fd: number, file: string, sizeBytes: number, line: string): Appended {
  const torn = sizeBytes > 0 && readSync(fd, lastByte, 0, 1, sizeBytes - 1) === 1 && lastByte[0] !== newline;
  const bytes = Buffer.from(torn ? `\n${line}\n` : `${line}\n`);
  const written = writeSync(fd, bytes);
  if (written < bytes.length) {
    // Another program may append without the lock: cut only what is certainly ours.
    if (fstatSync(fd).size === sizeBytes + written) ftruncateSync(fd, sizeBytes);
    throw new Failure("full", {
      what: `The event was not written to ${file}`,
      why: `the disk took ${written} of ${bytes.length} bytes`,
      hint: `Free some space there, then append the event again. Type: df -h ${dirname(file)}`,
    });
  }
  const mended = torn ? 1 : 0;
  return { offset: sizeBytes + mended, bytes: bytes.length - mended };
}

/**
 * Opens a telemetry file for appending: file mode 0600, missing directories 0700, made when first needed.
 * Each append holds the file's flock(2) and checks under it that the path still names the open file, so a rotation by
 * anyone is noticed. `lockTimeoutMs` (milliseconds, default 5000) bounds the wait for the lock.
 */
export function openWriter(file: string, { lockTimeoutMs = 5000 }: { lockTimeoutMs?: number } = {}): Writer {
  let fd: number | null = null;
  let device = 0n;
  let inode = 0n;
  let waiting = 0;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  // A rotated file can be compressed only when nobody has it open, so an idle writer lets go.
  const idle = setTimeout(() => waiting === 0 && drop(), idleMs).unref();

  function drop(): void {
    if (fd !== null) closeSync(fd);
    fd = null;
  }

  function ready(): number {
    if (fd !== null) return fd;
    fd = openForAppend(file);
    ({ dev: device, ino: inode } = fstatSync(fd, { bigint: true }));
    return fd;
  }

  /** With the lock held: writes the line, or returns null when the path names another file by now. */
  function putIfCurrent(handle: number, line: string): Appended | null {
    const at = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (at === undefined || at.ino !== inode || at.dev !== device) return null;
    return putLine(handle, file, Number(at.size), line);
  }

  function putNow(line: string): Appended | null {
    for (;;) {
      const handle = ready();
      if (!tryLock(handle)) return null;
      try {
        const done = putIfCurrent(handle, line);
        if (done !== null) return done;
      } finally {
        unlock(handle);
      }
      drop();
    }
  }

  async function putPatiently(line: string, deadline: number, signal: AbortSignal | undefined): Promise<Appended> {
    for (;;) {
      const handle = ready();
      await lockFile(handle, file, { timeoutMs: Math.max(0, deadline - performance.now()), signal });
      try {
        const done = putIfCurrent(handle, line);
        if (done !== null) return done;
      } finally {
        unlock(handle);
      }
      drop();
    }
  }

  function explain(error: unknown): Error {
    const what = `The event was not written to ${file}`;
    if (!(error instanceof Failure) || error.code !== "timeout") return diskFailure(error, what, file);
    return new Failure("timeout", {
      what,
      why: `for ${lockTimeoutMs} ms ${error.why}`,
      hint: `Let that process finish or stop it, then append the event again. Type: fuser -v ${file}`,
      cause: error,
    });
  }

  function prepare(event: object | string): string {
    if (closed) throw refuseEvent(file, "this writer is closed");
    idle.refresh();
    return formatEvent(event, file);
  }

  function appendSync(event: object | string): Appended | null {
    const line = prepare(event);
    if (waiting > 0) return null;
    try {
      return putNow(line);
    } catch (error) {
      throw explain(error);
    }
  }

  async function append(
    event: object | string,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<Appended> {
    signal?.throwIfAborted();
    const deadline = performance.now() + lockTimeoutMs;
    const line = prepare(event);
    try {
      const done = waiting === 0 ? putNow(line) : null;
      if (done !== null) return done;
      waiting += 1;
      const turn = last.then(() => putPatiently(line, deadline, signal)).finally(settle);
      last = turn.catch(() => undefined);
      return await turn;
    } catch (error) {
      throw explain(error);
    }
  }

  function settle(): void {
    waiting -= 1;
    if (waiting === 0) idle.refresh();
  }

  async function close(): Promise<void> {
    closed = true;
    await last;
    clearTimeout(idle);
    drop();
  }

  return { append, appendSync, close, [Symbol.asyncDispose]: close };
}
